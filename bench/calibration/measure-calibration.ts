import {
  alarmsAMonth,
  calibrateFleet,
  calibrateKinds,
  MINUTE_MS,
  type PromiseRow,
} from "@foreshock/core/fold";
import {
  type CommonShocks,
  type FleetPlan,
  generateFleet,
  ORIGIN_MS,
  UTC,
} from "@foreshock/core/generator";
import { keep } from "../page.ts";
import type { PageTable } from "../page-table.ts";
import { type FaultOutcome, type FaultSpec, FaultTrials } from "./fault-trials.ts";
import { realRows } from "./real-data.ts";

const DAYS = 28;
const CHECKED_DAYS = "once a day / week / month";

/** Promised against realised where fleets are hard, where series are, and on real data. Cost: about five CPU minutes. */
export function measureCalibration(dataDir: string | undefined): void {
  const tables = [kindTable(), fleetTable(), faultTable()];
  if (dataDir !== undefined) tables.push(realTable(dataDir));
  const data = dataDir === undefined ? "" : " --data DIR";
  const command = `npm run bench -- calibration${data}`;
  keep({ name: "calibration", command, figures: [], tables });
  for (const { title, header, rows } of tables) {
    console.log([title, header.join(" | "), ...rows.map((row) => row.join(" | ")), ""].join("\n"));
  }
}

const KIND_RUNS = [
  { what: "1 minute", intervalMs: MINUTE_MS, days: 21 },
  { what: "5 minutes", intervalMs: 5 * MINUTE_MS, days: 42 },
  { what: "1 hour", intervalMs: 60 * MINUTE_MS, days: 240 },
] as const;

function kindTable(): PageTable {
  const runs = KIND_RUNS.map(({ what, intervalMs, days }) => {
    say(`clean metrics, ${what}`);
    const kinds = calibrateKinds({ seed: "bench", seriesCount: 12, days, intervalMs });
    return { what, kinds, month: alarmsAMonth(kinds, 30) };
  });
  const names = runs[0]!.kinds.map(({ kind }) => kind);
  const rows = names.map((kind, k) => [
    kind,
    ...runs.map(({ kinds }) => threeOf(kinds[k]!.rows)),
    REFERENCE_KINDS[kind] ?? "",
  ]);
  rows.push(["mean at once a month", ...runs.map(({ month }) => month.mean.toFixed(2)), "1.05"]);
  return {
    title: "Clean metrics: realised over promised alarms",
    notes: [
      `${CHECKED_DAYS}; 12 seeds a kind, the first days included. An alarm is a run of points, ten steps apart at most.`,
    ],
    header: ["kind", ...runs.map(({ what }) => what), "reference, 1 minute, month"],
    rows,
  };
}

/** At one minute, once a month. Source: spec/detection.md section 4. */
const REFERENCE_KINDS: Readonly<Record<string, string>> = {
  queue: "6.2",
  mem_saw: "2.4",
  const: "1.4",
  latency: "0.5",
};

interface FleetRun {
  readonly what: string;
  readonly common: CommonShocks;
  readonly intervalMs: number;
  readonly tenantCount: number;
  readonly nodeCount: number;
  readonly metricCount: number;
  /** Node; cluster; tenant in the reference's fleets of the kind. Source: spec/detection.md section 14. */
  readonly reference: string;
}

const FIVE = { intervalMs: 5 * MINUTE_MS, tenantCount: 3, nodeCount: 6, metricCount: 12 } as const;
const ONE = { intervalMs: MINUTE_MS, tenantCount: 2, nodeCount: 4, metricCount: 8 } as const;
const normal = (correlation: number): CommonShocks => ({ correlation, law: "normal" });
const heavy = (correlation: number): CommonShocks => ({ correlation, law: "heavy" });

const FLEETS: readonly FleetRun[] = [
  {
    what: "5 min, rho 0",
    common: normal(0),
    ...FIVE,
    reference: ".42/.80/1.15; .60/1.14/1.33; .57/.72/.40",
  },
  {
    what: "5 min, rho .3",
    common: normal(0.3),
    ...FIVE,
    reference: ".39/.62/.92; .69/1.31/1.57; .54/.82/1.0",
  },
  {
    what: "5 min, rho .8",
    common: normal(0.8),
    ...FIVE,
    reference: ".41/.51/.61; .73/1.79/3.1; .70/1.5/1.6",
  },
  {
    what: "5 min, rho .3, heavy shocks",
    common: heavy(0.3),
    ...FIVE,
    reference: ".45/.87/1.7; .71/1.5/2.9; .63/1.5/3.1",
  },
  {
    what: "5 min, rho .8, heavy shocks",
    common: heavy(0.8),
    ...FIVE,
    reference: ".53/1.1/2.2; .75/1.4/3.1; .64/1.5/2.4",
  },
  { what: "1 min, rho .3", common: normal(0.3), ...ONE, reference: "" },
  {
    what: "1 min, rho .3, heavy shocks",
    common: heavy(0.3),
    ...ONE,
    reference: "1.0/1.5/3.4; 1.2/1.5/3.9; .71/1.4/4.0",
  },
];

function fleetTable(): PageTable {
  return {
    title: "Healthy fleets: realised over promised alarms",
    notes: [
      `${CHECKED_DAYS}, days 4 to 28; findings from the first day on. 4 clusters a tenant: 3 tenants x 24 nodes x 12 metrics at 5 minutes, 2 tenants x 16 nodes x 8 metrics at 1 minute.`,
      "Of tenants there are few: 3 x 25 days promise 2.5 alarms at once a month.",
    ],
    header: [
      "fleet",
      "metric",
      "node",
      "cluster",
      "tenant",
      "findings a week, a month (promised)",
      "reference: node; cluster; tenant",
    ],
    rows: FLEETS.map(fleetRow),
  };
}

function fleetRow(run: FleetRun): string[] {
  say(`healthy fleet, ${run.what}`);
  const plan = planOf(run);
  const { report } = calibrateFleet(generateFleet(plan), {
    grid: plan.grid,
    budgetsDays: [7, 30],
    warmUpDays: 3,
  });
  const findings = report.findings.map(
    ({ realised, promised }) => `${realised} (${promised.toFixed(1)})`,
  );
  return [
    run.what,
    ...report.levels.map(({ rows }) => threeOf(rows)),
    findings.join(", "),
    run.reference,
  ];
}

function planOf(run: Omit<FleetRun, "what" | "reference">): FleetPlan {
  const pointCount = Math.round((DAYS * 24 * 60 * MINUTE_MS) / run.intervalMs);
  return {
    seed: `bench ${run.common.law} ${run.common.correlation} ${run.intervalMs}`,
    grid: { startMs: ORIGIN_MS, intervalMs: run.intervalMs, pointCount },
    tenantCount: run.tenantCount,
    clusterCount: 4,
    nodeCount: run.nodeCount,
    metricCount: run.metricCount,
    common: run.common,
    zones: [UTC],
    changes: [],
  };
}

/** Reference: right node / cluster first; found at one a day / week / month. Source: section 14. */
const FAULTS: readonly (FaultSpec & { readonly reference: string })[] = [
  {
    name: "1 metric of 12, size 30",
    reach: "node",
    metricCount: 1,
    size: 30,
    trialCount: 16,
    reference: ".85/.78; .28/.07/.05",
  },
  {
    name: "4 metrics of a node, size 8",
    reach: "node",
    metricCount: 4,
    size: 8,
    trialCount: 24,
    reference: ".97/.90; .85/.45/.23",
  },
  {
    name: "4 metrics of a node, size 16",
    reach: "node",
    metricCount: 4,
    size: 16,
    trialCount: 24,
    reference: "1.0/1.0; 1.0/1.0/.93",
  },
  {
    name: "half of the nodes, 4 metrics, size 4",
    reach: "half",
    metricCount: 4,
    size: 4,
    trialCount: 16,
    reference: ".85/.95; .75/.65/.40",
  },
  {
    name: "whole cluster, 6 metrics, size 2",
    reach: "cluster",
    metricCount: 6,
    size: 2,
    trialCount: 16,
    reference: ".75/1.0; .50/.20/.15",
  },
  {
    name: "whole cluster, 6 metrics, size 4",
    reach: "cluster",
    metricCount: 6,
    size: 4,
    trialCount: 16,
    reference: "1.0/1.0; 1.0/1.0/1.0",
  },
];

function faultTable(): PageTable {
  say("faults: scoring the healthy tenant");
  const plan = planOf({ ...FIVE, common: normal(0.3), tenantCount: 1, nodeCount: 20 });
  const trials = new FaultTrials(plan);
  return {
    title: "Faults in a tenant of 80 nodes x 12 metrics",
    notes: [
      "5 minutes, rho .3, a fault of 1 to 4 hours at a time in a tenant of 15 to 25 days; sizes in units of each metric's noise, any of the ten kinds.",
    ],
    header: [
      "fault",
      "right node / cluster first",
      "found at one a day / week / month",
      "findings a fault (week)",
      "level right (week)",
      "reference: first; found",
    ],
    rows: FAULTS.map((spec) => {
      say(`faults: ${spec.name}`);
      return faultRow(trials.run(spec), spec.reference);
    }),
  };
}

function faultRow(
  { spec, nodeFirst, clusterFirst, budgets }: FaultOutcome,
  reference: string,
): string[] {
  const weekly = budgets[1]!;
  return [
    spec.name,
    `${nodeFirst.toFixed(2)} / ${clusterFirst.toFixed(2)}`,
    budgets.map(({ found }) => found.toFixed(2)).join(" / "),
    weekly.findingsPerFault.toFixed(2),
    weekly.found === 0 ? "" : weekly.levelRight.toFixed(2),
    reference,
  ];
}

function realTable(dataDir: string): PageTable {
  say("labelled data, healthy parts");
  return {
    title: "Labelled data: realised over promised alarms where nothing is labelled",
    notes: [
      `${CHECKED_DAYS}, the first days included. Unlabelled real incidents count as false, and so does an alarm that outlasts its label: above 1 is no proof of a broken promise.`,
    ],
    header: ["set", "level", "series or nodes", "days", "realised / promised"],
    rows: realRows(dataDir).map(({ set, level, entities, days, rows }) => [
      set,
      level,
      String(entities),
      days.toFixed(0),
      threeOf(rows),
    ]),
  };
}

function threeOf(rows: readonly PromiseRow[]): string {
  return rows.map(({ ratio }) => ratio.toFixed(2)).join(" / ");
}

function say(step: string): void {
  console.error(step);
}
