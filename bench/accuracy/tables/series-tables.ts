import type { PageTable } from "../../page-table.ts";
import type { AccuracyRun, SetRow } from "../accuracy-run.ts";
import { ROBUST_Z } from "../floors/floors.ts";
import { MEASURED_PEERS, NAB_PEERS, PROTOCOLS, type PublishedPeer } from "../published.ts";
import { delayText, nameOf, num } from "./cells.ts";

export function seriesTables({ univariate }: AccuracyRun): PageTable[] {
  if (univariate.size === 0) return [];
  const tables = [...univariate].map(
    ([set, rows]): PageTable => ({
      title: `One series at a time: ${set}`,
      notes: [],
      header: [
        "detector",
        "VUS-PR",
        "AUC-PR",
        "event P / R / F1 @0.5",
        "@0.75",
        "@0.9",
        "false alarms a series-day @0.5 / 0.75 / 0.9",
        "median delay @0.75",
        ...(set === "nab" ? ["NAB best standard / low-FP / low-FN", "NAB @0.75"] : []),
      ],
      rows: rows.map((row) => setCells(row, rows)),
    }),
  );
  const [first, ...others] = tables;
  return [{ ...first!, notes: UNIVARIATE_NOTES }, ...others, peerTable(univariate)];
}

const UNIVARIATE_NOTES = [
  "Protocol S: every score uses past points only; the first 15 % of a series (or the source's own training part) are not counted.",
  "VUS-PR and AUC-PR judge the order of scores, no threshold: 1 is perfect, an empty score gets the share of labelled points (`constant`).",
  "An alarm is a run of points at or above the score (runs up to 5 quiet points apart are one); it is right when it touches a label. Every other alarm is false, also where the label is disputed.",
  "Floors are detectors too simple to be wrong about; an engine below `robust z` in VUS-PR is marked **defect**. Their own alarm level stands in brackets.",
  "The labels of NAB are wide windows centred on the anomaly: delay there is mostly label width. On merlion-synthetic each series has about 40 events, so no score of rarity can be high: read the order only.",
];

function setCells(row: SetRow, rows: readonly SetRow[]): string[] {
  const { quality, levels, nab, kind } = row;
  const floor = rows.find(({ detector }) => detector === ROBUST_Z.name)!;
  const defect = kind === "engine" && quality.vusPr < floor.quality.vusPr;
  const alarms = levels.map((level) => quality.alarms.get(level)!);
  const events = alarms.map(
    ({ precision, recall, f1 }) => `${num(precision)} / ${num(recall)} / ${num(f1)}`,
  );
  const own = kind === "floor" ? levels.map((level) => `(${level}) `) : [];
  const middle = alarms[kind === "floor" ? 0 : 1];
  return [
    nameOf(row) + (defect ? " **defect: below robust z**" : ""),
    num(quality.vusPr, 3),
    num(quality.aucPr, 3),
    ...[0, 1, 2].map((k) => (events[k] === undefined ? "" : (own[k] ?? "") + events[k])),
    alarms.map(({ falsePerDay }) => num(falsePerDay, 3)).join(" / "),
    middle === undefined ? "" : delayText(middle.delayMsMedian),
    ...(nab === undefined
      ? []
      : [
          [nab.best.standard, nab.best["low-FP"], nab.best["low-FN"]]
            .map((score) => num(score, 1))
            .join(" / "),
          num(nab.fixed.standard, 1),
        ]),
  ];
}

function peerTable(univariate: AccuracyRun["univariate"]): PageTable {
  const sets = ["nab", "ms-cloud-monitoring", "merlion-synthetic"];
  const ours = [...univariate.values()]
    .flat()
    .filter(({ kind }) => kind === "engine")
    .map(({ detector }) => detector);
  const vusOf = (detector: string, set: string) =>
    univariate.get(set)?.find((row) => row.detector === detector)?.quality.vusPr;
  const rows = [...new Set(ours)].map((detector) => [
    `**\`${detector}\`** (ours)`,
    detector === "batch" ? "U" : "S",
    ...sets.map((set) => num(vusOf(detector, set), 3)),
    "",
  ]);
  const peers = [...MEASURED_PEERS, ...NAB_PEERS].map(peerCells);
  return {
    title: "Beside other detectors",
    notes: [
      ...Object.entries(PROTOCOLS).map(([letter, meaning]) => `- ${letter}: ${meaning}`),
      "",
      "Quoted: measured once by this project on the same series with the same scoring (upper part), and from the scores in numenta/NAB `results/` (from ARTime on, whose thresholds were tuned on the whole corpus, ours not).",
      "NAB's score here is each peer's best threshold of the corpus, in its favour; the one to compare with is that of our alarm openings below.",
    ],
    header: ["detector", "protocol", "VUS-PR nab", "ms-cloud", "merlion", "NAB standard / low-FP"],
    rows: [...rows, ...peers],
  };
}

function peerCells({ name, protocol, vusPr, nab }: PublishedPeer): string[] {
  return [
    name,
    protocol,
    ...[0, 1, 2].map((k) => num(vusPr[k], 3)),
    nab === undefined ? "" : nab.map((score) => num(score, 1)).join(" / "),
  ];
}

export function openingTables({ openings }: AccuracyRun): PageTable[] {
  return [
    {
      title: "When a score becomes an alarm",
      notes: [
        'One alarm an episode, under the promise "at most about one in so many days"; the same constants for every series. Openings are the moments a person is told; the episode lasts until its close.',
        "NAB's own score counts openings at this fixed promise, no threshold is tuned: compare with the published detectors above.",
      ],
      header: [
        "set",
        "promise, days",
        "openings P / R / F1",
        "false a series-day",
        "episodes F1",
        "NAB standard / low-FP / low-FN",
      ],
      rows: openings.map(({ set, promiseDays, quality: { openings: one, episodes, nab } }) => [
        set,
        String(promiseDays),
        `${num(one.precision)} / ${num(one.recall)} / ${num(one.f1)}`,
        num(one.falsePerDay, 3),
        num(episodes.f1),
        set === "nab"
          ? [nab.standard, nab["low-FP"], nab["low-FN"]].map((score) => num(score, 1)).join(" / ")
          : "",
      ]),
    },
  ];
}
