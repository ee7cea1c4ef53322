import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";

export const STEP_MS = MINUTE_MS;
const NODES = 20;
const METRICS = 10;
export const QUIET_SERIES = NODES * METRICS;
const STEPS_PER_BODY = 720;
/** In the history, and in what is sent while times are taken: three nodes at another level. */
const FAULT_NODES = 3;

/** What the quiet tenant sends: the same in each run. */
export interface QuietPlan {
  readonly startMs: number;
  readonly historySteps: number;
  /** Pushes, one step of all series each. */
  readonly pushes: number;
}

export function quietPlan(historyDays: number, pushes: number): QuietPlan {
  const historySteps = (historyDays * DAY_MS) / STEP_MS;
  const startMs = Math.floor(Date.now() / STEP_MS - historySteps - pushes - 120) * STEP_MS;
  return { startMs, historySteps, pushes };
}

export function* historyBodies(plan: QuietPlan): Generator<string> {
  for (let first = 0; first < plan.historySteps; first += STEPS_PER_BODY) {
    yield bodyOf(plan, first, Math.min(STEPS_PER_BODY, plan.historySteps - first));
  }
}

export function pushBody(plan: QuietPlan, push: number): string {
  return bodyOf(plan, plan.historySteps + push, 1);
}

export function timeOf(plan: QuietPlan, push: number): number {
  return plan.startMs + (plan.historySteps + push) * STEP_MS;
}

function bodyOf(plan: QuietPlan, first: number, count: number): string {
  const series = Array.from({ length: QUIET_SERIES }, (_, k) => {
    const node = Math.floor(k / METRICS);
    const points = Array.from({ length: count }, (_, i) => [
      plan.startMs + (first + i) * STEP_MS,
      valueAt(plan, k, first + i),
    ]);
    const cluster = node % 2 === 0 ? "eu" : "us";
    return { cluster, node: `node-${node}`, metric: `metric-${k % METRICS}`, points };
  });
  return JSON.stringify({ series });
}

function valueAt(plan: QuietPlan, series: number, step: number): number {
  let h = Math.imul(step * 31 + series * 104_729, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const isFaulty = series / METRICS < FAULT_NODES && faultAt(plan, step);
  const daily = 10 * Math.sin((2 * Math.PI * step) / 1440 + series);
  return Math.round(100 * (50 + daily + 4 * noise + (isFaulty ? 40 : 0))) / 100;
}

function faultAt({ historySteps, pushes }: QuietPlan, step: number): boolean {
  const pushed = step - historySteps;
  if (pushed >= 0) return pushed >= pushes / 4 && pushed < pushes / 2;
  return pushed >= -300 && pushed < -240;
}
