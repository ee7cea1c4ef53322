/** Every measured number by name, `what/detector/set`: what goals and later readers ask for. */
export type Measures = ReadonlyMap<string, number>;

/** A figure with the value it must reach (the gate) and the one we aim for. */
export interface Goal {
  readonly what: string;
  /** Name in `Measures`. */
  readonly measure: string;
  readonly better: "higher" | "lower";
  /** What the Python reference reached. */
  readonly reference: number;
  /** Undefined where there is only an aim. */
  readonly gate: number | undefined;
  /** Undefined where the gate is all that is asked. */
  readonly aim: number | undefined;
  /** Decimals that are printed and compared. */
  readonly digits: number;
}

type Numbers = readonly [reference: number, gate: number | undefined, aim?: number];

/** Values are compared as printed: .5396 reaches .54. */
export function reaches(goal: Goal, value: number, limit: number | undefined): boolean {
  if (limit === undefined) return true;
  const told = Number(value.toFixed(goal.digits));
  return goal.better === "higher" ? told >= limit : told <= limit;
}

/** Goals that are missed, with what was measured; goals without a measure are not judged. */
export function missedGates(measures: Measures): { readonly goal: Goal; readonly value: number }[] {
  return GOALS.flatMap((goal) => {
    const value = measures.get(goal.measure);
    return value === undefined || reaches(goal, value, goal.gate) ? [] : [{ goal, value }];
  });
}

function atLeast(what: string, measure: string, numbers: Numbers, digits = 2): Goal {
  const [reference, gate, aim] = numbers;
  return { what, measure, better: "higher", reference, gate, aim, digits };
}

function atMost(what: string, measure: string, numbers: Numbers, digits = 3): Goal {
  return { ...atLeast(what, measure, numbers, digits), better: "lower" };
}

function vusGoals(engine: string, sets: Readonly<Record<string, Numbers>>): Goal[] {
  return Object.entries(sets).map(([set, numbers]) =>
    atLeast(`VUS-PR of \`${engine}\`, ${set}`, `vus-pr/${engine}/${set}`, numbers),
  );
}

function openingGoals(set: string, f1: Numbers, falsePerDay: Numbers): Goal[] {
  return [
    atLeast(`openings at once in 5.5 days, ${set}: F1`, `opening-f1@5.5/${set}`, f1),
    atMost(
      `openings at once in 5.5 days, ${set}: false a series-day`,
      `opening-false@5.5/${set}`,
      falsePerDay,
    ),
  ];
}

function eventGoals(level: number, f1: Numbers, falsePerDay: Numbers): Goal[] {
  const set = "ms-cloud-monitoring";
  return [
    atLeast(`events at ${level}, ${set}: F1`, `f1@${level}/stream/${set}`, f1),
    atMost(
      `events at ${level}, ${set}: false a series-day`,
      `false@${level}/stream/${set}`,
      falsePerDay,
    ),
  ];
}

function nodeGoals(set: string, score: Numbers, order: Numbers): Goal[] {
  return [
    atLeast(`node VUS-PR, ${set}: calibrated score`, `node-vus-pr/stream/${set}`, score),
    atLeast(`node VUS-PR, ${set}: order`, `node-order-vus-pr/stream/${set}`, order),
  ];
}

function attributionGoals(set: string, hits: Numbers, first: Numbers): Goal[] {
  return [
    atLeast(`metrics of an incident, ${set}: HitRate@100`, `hit-rate-100/stream/${set}`, hits),
    atLeast(`metrics of an incident, ${set}: first right`, `first-metric/stream/${set}`, first),
  ];
}

function rootGoals(what: string, place: string, as1: Numbers, avg5: Numbers): Goal[] {
  return [
    atLeast(`root node, ${what}: AS@1`, `as1/${place}`, as1),
    atLeast(`root node, ${what}: Avg@5`, `avg5/${place}`, avg5),
  ];
}

/** Realised over promised alarms of healthy fleets: the highest of four fleets, and the lowest. */
function promiseGoals(level: string, days: number, highest: Numbers, lowest: Numbers): Goal[] {
  const what = `healthy fleets, ${level} once in ${days} days: realised / promised`;
  return [
    atMost(`${what}, highest`, `fleet-highest@${days}/${level}`, highest, 2),
    atLeast(`${what}, lowest`, `fleet-lowest@${days}/${level}`, lowest),
  ];
}

function healthyGoal(group: string, reference: number): Goal {
  const what = `healthy windows whose ranking score reaches 0.5, ${group}`;
  return atMost(what, `healthy@0.5/${group}`, [reference, 0.06, 0.02], 2);
}

/** The acceptance of the detection milestone, as far as the bench measures it. */
export const GOALS: readonly Goal[] = [
  ...vusGoals("stream", {
    nab: [0.333, 0.33, 0.4],
    "ms-cloud-monitoring": [0.78, 0.78, 0.83],
    "merlion-synthetic": [0.65, 0.64, 0.7],
  }),
  ...vusGoals("batch", {
    nab: [0.324, 0.33, 0.45],
    "ms-cloud-monitoring": [0.821, 0.82, 0.86],
    "merlion-synthetic": [0.6, 0.6, 0.68],
  }),
  atLeast(
    "NAB standard, openings at once in 5.5 days",
    "opening-nab-standard@5.5/nab",
    [67.2, 64, 75],
    1,
  ),
  atLeast(
    "NAB low-FP, openings at once in 5.5 days",
    "opening-nab-low-FP@5.5/nab",
    [59.2, 55, 68],
    1,
  ),
  ...openingGoals("nab", [0.54, 0.52, 0.65], [0.077, 0.09, 0.06]),
  ...openingGoals("ms-cloud-monitoring", [0.52, 0.53, 0.6], [0.054, 0.06, 0.04]),
  atMost("level shift of 48 h: openings during it", "shift-during", [1, 1], 2),
  atMost("level shift of 48 h: openings in the day after it", "shift-after", [0.04, 0.1], 2),
  atLeast("level shift of 48 h: alarm score >= 0.75 at hour 47", "shift-raised", [0.88, 0.85]),
  atLeast("level shift of 48 h: found within 6 h", "shift-early", [0.87, 0.82, 0.95]),
  atLeast("six faults within days: share opened", "bad-week-opened", [0.48, 0.77, 0.85]),
  atMost("the same: false openings a series-day", "bad-week-false", [0.049, 0.055, 0.04]),
  ...eventGoals(0.5, [0.52, 0.52, 0.65], [0.179, 0.179, 0.12]),
  ...eventGoals(0.75, [0.59, 0.59, 0.7], [0.073, 0.073, 0.05]),
  ...eventGoals(0.9, [0.49, 0.49, 0.6], [0.018, 0.018, 0.015]),
  atMost("clean metrics: alarms per 30 series-days at 0.9", "clean@30-days", [1.05, 1.5, 1], 2),
  atMost("clean metrics: the worst kind", "clean-worst-kind@30-days", [6.2, 3, 2], 1),
  ...nodeGoals("asd", [0.571, 0.55, 0.65], [0.586, 0.58, 0.65]),
  ...nodeGoals("smd", [0.657, 0.63, 0.74], [0.68, 0.67, 0.74]),
  ...nodeGoals("jumpstarter", [0.516, 0.49, 0.62], [0.528, 0.52, 0.62]),
  ...attributionGoals("asd", [0.893, 0.87, 0.95], [0.9, 0.87, 0.95]),
  ...attributionGoals("smd", [0.683, 0.66, 0.8], [0.87, 0.82, 0.92]),
  ...rootGoals(
    "nezha Online Boutique",
    "ours/nezha/2022-08-22",
    [0.71, 0.62, 0.8],
    [0.82, 0.77, 0.9],
  ),
  ...rootGoals(
    "the same, 60 s late",
    "ours+late/nezha/2022-08-22",
    [0.75, 0.62, 0.8],
    [0.83, 0.77, 0.9],
  ),
  atLeast("root node, nezha Train Ticket: Avg@5", "avg5/ours/nezha/2023-01-30", [0.22, 0.18, 0.4]),
  ...rootGoals(
    "petshop without graph",
    "ours/petshop/all",
    [0.54, undefined, 0.7],
    [0.85, 0.8, 0.9],
  ),
  ...rootGoals(
    "petshop with graph",
    "ours+graph/petshop/all",
    [0.92, 0.8, 0.95],
    [0.97, 0.93, 0.98],
  ),
  healthyGoal("2022-08-22", 0),
  healthyGoal("2023-01-30", 0.05),
  healthyGoal("low_traffic", 0.03),
  atLeast("four labels right, detected faults", "labels", [0.909, 0.91, 0.95]),
  atLeast("fine kinds right, detected faults", "kinds", [0.772, 0.8, 0.88]),
  atLeast("label seasonal right", "label-seasonal", [0.44, undefined, 0.75]),
  atLeast("label trend right", "label-trend", [0.92, undefined, 0.75]),
  ...promiseGoals("node", 7, [0.8, 2, 2], [0.51, 0.3, 0.5]),
  ...promiseGoals("node", 30, [1.15, 2, 2], [0.61, 0.3, 0.5]),
  ...promiseGoals("cluster", 7, [1.8, 2, 2], [1.1, undefined, 0.5]),
  ...promiseGoals("cluster", 30, [3.1, 3.5, 2], [1.3, undefined, 0.5]),
  ...promiseGoals("tenant", 7, [1.5, 2, 2], [0.72, undefined, 0.5]),
  ...promiseGoals("tenant", 30, [1.6, 2, 2], [0.4, undefined, 0.5]),
  atMost(
    "healthy fleets, findings at one a month (2.8 promised), mean of 4",
    "fleet-findings@30",
    [3.25, 5, 3.5],
    2,
  ),
  atMost(
    "healthy fleets, findings at one a week (12 promised), mean of 4",
    "fleet-findings@7",
    [10, 16, 14],
    1,
  ),
  atLeast(
    "4 metrics of one node, size 16: found at one a week",
    "fault-found@7/4 metrics of one node",
    [1, 0.95],
  ),
  atLeast("the same: that node first", "fault-first/4 metrics of one node", [1, 0.95]),
  atMost(
    "whole cluster, size 4: findings a fault",
    "fault-findings/6 metrics of a whole cluster",
    [1.3, 1.5],
    2,
  ),
  atLeast("the same: level right", "fault-level/6 metrics of a whole cluster", [1, 0.9]),
  atLeast(
    "whole streaming path, million points a CPU second",
    "million-points-per-cpu-second",
    [1.7, 1.2, 2],
  ),
  atMost("saved state of a series, bytes", "state-bytes", [3900, 4000, 3000], 0),
];
