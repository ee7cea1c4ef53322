import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import {
  DONE,
  type Done,
  lengthFactor,
  type PlannedFault,
  type PlannedFleet,
  type Who,
} from "./truth-plan.ts";

/** Shape of a fleet: what differs between them besides what is done to them. */
type Frame = Omit<PlannedFleet, "faults">;

const QUARTER_MINUTE = MINUTE_MS / 4;
const FIVE_MINUTES = 5 * MINUTE_MS;

/** Points are about 400,000 each: a few seconds of the server. */
const FRAMES: readonly Frame[] = [
  frame("15 s, 10 x 2", QUARTER_MINUTE, 1.5, 1, 10, 2),
  frame("15 s, 10 x 4, second", QUARTER_MINUTE, 1.5, 1, 10, 4),
  frame("1 min, 10 x 4", MINUTE_MS, 4, 1, 10, 4),
  frame("1 min, 2 x 10 x 3", MINUTE_MS, 4, 2, 10, 3),
  frame("1 min, 12 x 5, young", MINUTE_MS, 0.75, 1, 12, 5),
  frame("5 min, 10 x 4", FIVE_MINUTES, 9, 1, 10, 4),
  frame("5 min, 2 x 10 x 6", FIVE_MINUTES, 9, 2, 10, 6),
  frame("5 min, 12 x 40", FIVE_MINUTES, 5, 1, 12, 40),
  frame("5 min, 400 x 1", FIVE_MINUTES, 5, 1, 400, 1),
  frame("5 min, 30 x 8, young", FIVE_MINUTES, 2, 1, 30, 8),
  frame("1 h, 10 x 6", HOUR_MS, 35, 1, 10, 6),
  frame("1 h, 2 x 20 x 5", HOUR_MS, 35, 2, 20, 5),
  frame("1 h, 60 x 3, young", HOUR_MS, 14, 1, 60, 3),
];

function frame(
  name: string,
  stepMs: number,
  historyDays: number,
  clusters: number,
  nodes: number,
  metrics: number,
): Frame {
  return { name, stepMs, historyMs: historyDays * DAY_MS, clusters, nodes, metrics };
}

const SIZES = [4, 6, 8, 12, 20, 30];
const WHO: readonly Who[] = ["one", "one", "some", "one", "whole"];
/** One metric after the other, where several change at a point of their own. */
const IN_ORDER: ReadonlySet<Done> = new Set<Done>(["step up", "step down", "burst", "tripled"]);
const LAG_STEPS = 2;

/** All shapes of fleets, each with every shape of fault in an order of its own. Deterministic by the seed. */
export function truthFleets(seeds: readonly number[]): PlannedFleet[] {
  return seeds.flatMap((seed) =>
    FRAMES.map((one) => ({ ...one, name: `${one.name} #${seed}`, faults: faultsOf(one, seed) })),
  );
}

/** The gate's: one small fleet of each step length. */
export function gateFleets(): PlannedFleet[] {
  const names = [
    "15 s, 10 x 2",
    "1 min, 10 x 4",
    "5 min, 10 x 4",
    "5 min, 2 x 10 x 6",
    "1 h, 10 x 6",
  ];
  return FRAMES.filter(({ name }) => names.includes(name)).map((one) => ({
    ...one,
    name: `${one.name} gate`,
    faults: faultsOf(one, 0),
  }));
}

function faultsOf(one: Frame, seed: number): PlannedFault[] {
  const dice = new Dice(`plan ${one.name} ${seed}`);
  const shapes = shuffled(Object.keys(DONE) as Done[], dice).filter((done) => fits(one, done));
  const faults = shapes.map((done, k): PlannedFault => {
    const who = done === "silent metric" ? "one" : WHO[(k + dice.below(WHO.length)) % WHO.length]!;
    const metrics = (["one", "half", "all"] as const)[dice.below(3)]!;
    const size = SIZES[dice.below(SIZES.length)]!;
    const inOrder = IN_ORDER.has(done) && metrics !== "one" && dice.uniform() < 0.6;
    return { done, who, metrics, size, lagSteps: inOrder ? LAG_STEPS : 0 };
  });
  return [...faults, ...twoAtOnce(dice)];
}

function twoAtOnce(dice: Dice): PlannedFault[] {
  const size = 12;
  const done = (["step up", "burst", "step down"] as const)[dice.below(3)]!;
  return [
    { done, who: "one", metrics: "half", size, lagSteps: 0 },
    { done: "step up", who: "one", metrics: "one", size, lagSteps: 0, isTogether: true },
  ];
}

/** Another hour is copied from days before, of a load; a fleet of one metric has no other one that goes on. */
function fits({ clusters, metrics, historyMs, stepMs }: Frame, done: Done): boolean {
  if (done === "another hour")
    return clusters === 1 && historyMs + lengthFactor(stepMs) * DAY_MS >= 4.5 * DAY_MS;
  return done !== "silent metric" || metrics > 1;
}

function shuffled<Item>(items: readonly Item[], dice: Dice): Item[] {
  const left = [...items];
  return items.map(() => left.splice(dice.below(left.length), 1)[0]!);
}
