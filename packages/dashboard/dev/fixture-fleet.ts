/**
 * A made-up fleet for working on the pages without a server: two tenants, some clusters, faults at
 * fixed distances from "now". Plausible, not calibrated: the real one is `foreshock demo`.
 */
export const STEP_MS = 300_000;

export interface FixtureMetric {
  readonly name: string;
  readonly unit: string;
  readonly base: number;
  /** Daily swing and noise, as shares of the base. */
  readonly swing: number;
  readonly noise: number;
}

export const METRICS: readonly FixtureMetric[] = [
  { name: "cpu_usage", unit: "%", base: 36, swing: 0.3, noise: 0.05 },
  { name: "cpu_iowait", unit: "%", base: 2.4, swing: 0.2, noise: 0.16 },
  { name: "load1", unit: "", base: 3.1, swing: 0.35, noise: 0.1 },
  { name: "mem_used", unit: "%", base: 61, swing: 0.04, noise: 0.01 },
  { name: "disk_io", unit: "MB/s", base: 42, swing: 0.4, noise: 0.12 },
  { name: "disk_used", unit: "%", base: 55, swing: 0.01, noise: 0.003 },
  { name: "net_rx", unit: "MB/s", base: 364, swing: 0.35, noise: 0.06 },
  { name: "net_tx", unit: "MB/s", base: 290, swing: 0.35, noise: 0.06 },
  { name: "http_requests", unit: "/s", base: 1840, swing: 0.5, noise: 0.04 },
  { name: "http_errors", unit: "/s", base: 1.6, swing: 0.3, noise: 0.25 },
  { name: "latency_p50", unit: "ms", base: 48, swing: 0.15, noise: 0.06 },
  { name: "latency_p99", unit: "ms", base: 310, swing: 0.2, noise: 0.1 },
];

export interface FixtureFault {
  readonly id: string;
  readonly cluster: string;
  /** Null: all nodes of the cluster. */
  readonly node: string | null;
  readonly metric: string;
  /** Minutes before now. */
  readonly fromMin: number;
  readonly toMin: number;
  /** What the value is multiplied with. */
  readonly factor: number;
  readonly score: number;
  readonly label: "spike" | "trend" | "seasonal";
  readonly kind: "spike" | "shift_down" | "trend" | "seasonal" | "variance";
  readonly text: string;
}

const DAY_MIN = 1440;

export const FAULTS: readonly FixtureFault[] = [
  {
    id: "f1a",
    cluster: "checkout-eu",
    node: "node-042",
    metric: "disk_io",
    fromMin: 30,
    toMin: 0,
    factor: 2.6,
    score: 0.93,
    label: "spike",
    kind: "spike",
    text: "disk_io on node-042 rose from a typical 31–58 MB/s to 121 MB/s; a sudden spike; about once in 6 weeks for this metric.",
  },
  {
    id: "f1b",
    cluster: "checkout-eu",
    node: "node-042",
    metric: "cpu_usage",
    fromMin: 20,
    toMin: 0,
    factor: 2.35,
    score: 0.974,
    label: "spike",
    kind: "spike",
    text: "cpu_usage on node-042 rose from a typical 31–44 % to 93 %; a sudden spike; about once in 8 months for this metric; 3 of 12 metrics on this node agree; started 10 min after disk_io.",
  },
  {
    id: "f1c",
    cluster: "checkout-eu",
    node: "node-042",
    metric: "latency_p99",
    fromMin: 15,
    toMin: 0,
    factor: 2.1,
    score: 0.81,
    label: "spike",
    kind: "spike",
    text: "latency_p99 on node-042 rose from a typical 250–390 ms to 640 ms; a sudden spike; about once in 8 days for this metric.",
  },
  {
    id: "f2",
    cluster: "edge-us",
    node: null,
    metric: "net_rx",
    fromMin: 155,
    toMin: 0,
    factor: 0.42,
    score: 0.86,
    label: "trend",
    kind: "shift_down",
    text: "net_rx fell from a typical 310–420 MB/s to 153 MB/s; a level shift; whole cluster moved: 14 of 14 nodes.",
  },
  {
    id: "f3",
    cluster: "search",
    node: "node-007",
    metric: "mem_used",
    fromMin: 3 * DAY_MIN,
    toMin: 2 * DAY_MIN,
    factor: 1.42,
    score: 0.91,
    label: "trend",
    kind: "trend",
    text: "mem_used on node-007 is drifting up by 1.9 % an hour; about once in 5 weeks for this metric.",
  },
  {
    id: "f4",
    cluster: "billing",
    node: "node-003",
    metric: "http_requests",
    fromMin: 6 * DAY_MIN,
    toMin: 6 * DAY_MIN - 190,
    factor: 0.3,
    score: 0.88,
    label: "seasonal",
    kind: "seasonal",
    text: "http_requests on node-003 missed its nightly peak: 412 /s where 1,730–2,060 /s is typical for 02:00.",
  },
];

export const CLUSTERS: readonly (readonly [name: string, share: number])[] = [
  ["billing", 0.12],
  ["checkout-eu", 0.3],
  ["edge-us", 0.14],
  ["search", 0.44],
];

/** Names of the nodes of each cluster for a fleet of `total`; edge-us always has 14. */
export function nodesOf(total: number): ReadonlyMap<string, readonly string[]> {
  return new Map(
    CLUSTERS.map(([cluster, share]) => {
      const count = cluster === "edge-us" ? 14 : Math.max(8, Math.round(total * share));
      const offset = cluster === "checkout-eu" ? 20 : 1;
      const nodes = Array.from(
        { length: count },
        (_, i) => `node-${String(i + offset).padStart(3, "0")}`,
      );
      return [cluster, nodes];
    }),
  );
}

/** The same number in [0, 1) for the same text, on every run. */
export function hashed(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** The fault that touches a series at `atMs`. */
export function faultAt(
  cluster: string,
  node: string,
  metric: string,
  atMs: number,
  nowMs: number,
): FixtureFault | undefined {
  const minutes = (nowMs - atMs) / 60_000;
  return FAULTS.find(
    (fault) =>
      fault.cluster === cluster &&
      fault.metric === metric &&
      (fault.node === null || fault.node === node) &&
      minutes <= fault.fromMin &&
      minutes >= fault.toMin,
  );
}

/** A quiet score, mostly low; now and then a node is a little unusual for itself, as in life. */
export function quietScore(text: string, step: number): number {
  const dice = hashed(`${text}|${Math.floor(step / 3)}`);
  if (dice > 0.9994) return 0.76;
  if (dice > 0.996) return 0.55 + 0.1 * hashed(`${text}|${step}`);
  return dice > 0.97 ? 0.3 : 0.2 * dice;
}
