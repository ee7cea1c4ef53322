import type { PageTable } from "../../page-table.ts";
import type { AccuracyRun, NodeRow } from "../accuracy-run.ts";
import { ROBUST_Z } from "../floors/floors.ts";
import { NODE_PEERS, ROOT_PEERS } from "../published.ts";
import { nameOf, num, quotedTable } from "./cells.ts";

export function nodeTables({ nodes }: AccuracyRun): PageTable[] {
  const rows = [...nodes].flatMap(([set, all]) => all.map((row) => [set, ...nodeCells(row, all)]));
  return [
    {
      title: "Nodes of many metrics",
      notes: [
        "Each node is one series with one label: is it misbehaving? Calibrated: the stored score of the node. Order: what a list may sort by instead (the better of the mean of the three rarest metrics and the closed form over all).",
        "The VUS buffer of a node is taken from its rows that count, as the reference's figures are; eval/run.py takes it from the whole first metric and gives .49 instead of .57 on asd for the same scores.",
        "Inside labelled incidents: HitRate@100 is the share of the truly contributing metrics among as many first ones, @150 among half as many more; first: the first metric is one of them. Late: the range starts 60 s after the onset.",
      ],
      header: [
        "set",
        "detector",
        "VUS-PR",
        "order",
        "P / R @0.5",
        "false a node-day @0.9",
        "HitRate@100 / @150",
        "first right",
        "late: HitRate@100, first",
      ],
      rows,
    },
    quotedTable("Nodes: quoted figures", nodes.size > 0 ? NODE_PEERS : []),
  ];
}

function nodeCells(row: NodeRow, rows: readonly NodeRow[]): string[] {
  const { kind, vusPr, quality } = row;
  const floor = rows.find(({ detector }) => detector === ROBUST_Z.name)!;
  const defect = kind === "engine" && vusPr < floor.vusPr ? " **defect: below robust z**" : "";
  if (quality === undefined) return [nameOf(row), num(vusPr, 3), "", "", "", "", "", ""];
  const { calibrated, topThreeVusPr, stageAVusPr, attribution } = quality;
  const low = calibrated.alarms.get(0.5)!;
  const [exact, late] = attribution;
  return [
    nameOf(row) + defect,
    num(vusPr, 3),
    num(Math.max(topThreeVusPr, stageAVusPr), 3),
    `${num(low.precision)} / ${num(low.recall)}`,
    num(calibrated.alarms.get(0.9)!.falsePerDay, 3),
    exact === undefined ? "" : `${num(exact.at100, 3)} / ${num(exact.at150, 3)}`,
    num(exact?.firstRight),
    late === undefined ? "" : `${num(late.at100, 3)}, ${num(late.firstRight)}`,
  ];
}

export function rootTables({ roots, healthy }: AccuracyRun): PageTable[] {
  const rows = [...roots].flatMap(([set, all]) =>
    all.flatMap(({ ranking, rules, byGroup }) =>
      [...byGroup]
        .filter(([group, { cases }]) => cases > 0 && (group !== "all" || set === "petshop"))
        .filter(([group]) => set !== "petshop" || group === "all")
        .map(([group, quality]) => [
          `${set} ${group === "all" ? "" : group}`.trim(),
          ranking + (rules.graph === "with-graph" ? ", call graph" : ""),
          rules.lateMs === 0 ? "exact" : `${rules.lateMs / 1000} s late`,
          `${num(quality.as1)} / ${num(quality.as3)} / ${num(quality.as5)}`,
          num(quality.avg5),
          `${quality.cases}${quality.leftOut > 0 ? ` (${quality.leftOut} without normal data left out)` : ""}`,
        ]),
    ),
  );
  const quiet = [...healthy].map(([group, { windows, reaching }]) => [
    group,
    String(windows),
    ...[...reaching.values()].map((share) => num(share, 3)),
  ]);
  return [
    {
      title: "Which node is the root of an incident",
      notes: [
        "Injected faults in microservice systems; the ranking of `foreshock rank` from the start of the fault, learnt from what came before. AS@k: the root is among the first k; Avg@5 is the mean of AS@1 to AS@5.",
        "nezha 2022-08-22 is Online Boutique (24 faults), 2023-01-30 Train Ticket (17, most of which leave no trace in the metrics). Few cases: read AS@1 as +-.1.",
      ],
      header: ["set", "ranking", "range", "AS@1 / 3 / 5", "Avg@5", "incidents"],
      rows,
    },
    {
      title: "Healthy ranges called unusual",
      notes: ["Share of windows of five rows without a fault whose ranking score reaches a level."],
      header: ["recording", "windows", ">= 0.5", ">= 0.75"],
      rows: quiet,
    },
    quotedTable("Root causes: quoted figures", roots.size > 0 ? ROOT_PEERS : []),
  ];
}
