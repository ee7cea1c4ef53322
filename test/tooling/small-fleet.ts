/** A few nodes with a daily course and noise, and faults of single nodes. */
export interface SmallFleet {
  readonly startMs: number;
  readonly stepMs: number;
  readonly nodes: readonly string[];
  readonly metrics: readonly string[];
  readonly faults: readonly NodeFault[];
}

/** In points [from, to) every metric of the node is higher, or what `does` says. */
export interface NodeFault {
  readonly node: string;
  readonly does?: "lift" | "silent" | "stuck";
  /** Left out: all of them. */
  readonly metrics?: readonly string[];
  readonly from: number;
  readonly to: number;
}

export interface SentSeries {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

/** Source: far outside of what the noise (deviation 2) and the daily course (amplitude 10) reach. */
const LIFT = 35;

/** Points [from, to) of all series, node by node, as `/ingest` takes them; who sends nothing is left out. */
export function seriesOf(fleet: SmallFleet, from: number, to: number): SentSeries[] {
  const all = fleet.nodes.flatMap((node, n) =>
    fleet.metrics.map((metric, m) => ({
      cluster: "eu",
      node,
      metric,
      points: Array.from({ length: to - from }, (_, k) => from + k).flatMap((point) => {
        const value = valueAt(fleet, n, m, point);
        const atMs = fleet.startMs + point * fleet.stepMs;
        return value === undefined ? [] : [[atMs, value] as const];
      }),
    })),
  );
  return all.filter(({ points }) => points.length > 0);
}

/** Undefined where nothing is sent. */
function valueAt(
  fleet: SmallFleet,
  node: number,
  metric: number,
  point: number,
): number | undefined {
  const { nodes, metrics, stepMs } = fleet;
  const fault = fleet.faults.find(
    (one) =>
      one.node === nodes[node] &&
      (one.metrics?.includes(metrics[metric]!) ?? true) &&
      point >= one.from &&
      point < one.to,
  );
  const does = fault === undefined ? "nothing" : (fault.does ?? "lift");
  if (does === "silent") return undefined;
  const at = does === "stuck" ? fault!.from : point;
  const daily = 10 * Math.sin((2 * Math.PI * at * stepMs) / 86_400_000 + metric);
  return 50 + daily + 2 * noise(node, metric, at) + (does === "lift" ? LIFT : 0);
}

/** Sum of hashed uniforms, about normal with deviation 1. */
function noise(node: number, metric: number, point: number): number {
  let sum = 0;
  for (let k = 0; k < 6; k++) {
    const seed = point * 31 + node * 7919 + metric * 104_729 + k * 1_299_709;
    let h = Math.imul(seed, 0x9e3779b1) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    sum += ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return (sum - 3) * Math.SQRT2;
}
