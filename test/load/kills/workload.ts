import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";

/** Who writes what, and how far: it follows from these figures alone. */
export interface Workload {
  readonly startMs: number;
  readonly tenants: readonly string[];
  /** Nodes of each tenant; each has a writer of its own. */
  readonly writers: number;
  readonly historyDays: number;
}

const METRICS = ["cpu", "load", "disk"];
/** Points of a series in one tick. */
const TICK_POINTS = 20;
/** Of each fifth tick, this metric's points come with the next one. */
const LATE_METRIC = 1;
const LATE_EVERY = 5;

export function workload(historyDays: number): Workload {
  const startMs = Math.floor((Date.now() - 60 * DAY_MS) / DAY_MS) * DAY_MS;
  return { startMs, tenants: ["acme", "globex"], writers: 4, historyDays };
}

/** Before the first tick: a day of all writers of a tenant. */
export function historyBody(work: Workload, tenant: string, day: number): string {
  const series = Array.from({ length: work.writers }, (_, writer) =>
    METRICS.map((_, metric) => seriesOf(work, { tenant, writer, metric }, day * 1440, 1440)),
  );
  return JSON.stringify({ series: series.flat() });
}

/** What a writer sends as its tick; sent again, it changes nothing. */
export function tickBody(work: Workload, tenant: string, writer: number, tick: number): string {
  const first = work.historyDays * 1440 + tick * TICK_POINTS;
  const isLate = (metric: number, of: number) => metric === LATE_METRIC && of % LATE_EVERY === 0;
  const series = METRICS.flatMap((_, metric) => {
    if (isLate(metric, tick)) return [];
    const back = tick > 0 && isLate(metric, tick - 1) ? TICK_POINTS : 0;
    return [seriesOf(work, { tenant, writer, metric }, first - back, TICK_POINTS + back)];
  });
  return JSON.stringify({ series });
}

export function endMs(work: Workload, ticks: number): number {
  return work.startMs + (work.historyDays * 1440 + ticks * TICK_POINTS) * MINUTE_MS;
}

interface Which {
  readonly tenant: string;
  readonly writer: number;
  readonly metric: number;
}

function seriesOf(work: Workload, which: Which, first: number, count: number) {
  const points = Array.from({ length: count }, (_, k) => [
    work.startMs + (first + k) * MINUTE_MS,
    valueAt(which, work.tenants.indexOf(which.tenant), first + k),
  ]);
  const { writer, metric } = which;
  return {
    cluster: writer % 2 === 0 ? "eu" : "us",
    node: `node-${writer}`,
    metric: METRICS[metric]!,
    points,
  };
}

/** A daily pattern, noise, a jump every 17 hours, and hours at another level on one node. */
function valueAt({ writer, metric }: Which, tenant: number, i: number): number {
  let h = Math.imul(i * 31 + writer * 7919 + metric * 104_729 + tenant * 1_299_709, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const spike = i % 997 < 4 && writer === Math.floor(i / 997) % 4 ? 40 : 0;
  const shift = Math.floor(i / 300) % 9 === 7 && writer === tenant ? 40 : 0;
  const daily = 10 * Math.sin((2 * Math.PI * i) / 1440);
  return Math.round(100 * (50 + daily + 4 * noise + spike + shift)) / 100;
}
