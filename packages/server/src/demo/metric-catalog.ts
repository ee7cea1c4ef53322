/** What a node of the simulated fleet reports, in this order. */
export const METRIC_NAMES = [
  "cpu_usage",
  "load1",
  "memory_used",
  "disk_io",
  "disk_used",
  "net_rx",
  "net_tx",
  "requests",
  "latency_p99",
  "error_rate",
  "queue_depth",
  "temperature",
] as const;
export type DemoMetric = (typeof METRIC_NAMES)[number];

/**
 * How one metric comes about. `linear`: base + swing * load + noise; `log`: the same in the
 * exponent, so the noise is relative and skewed. Noise is an autoregressive part, of which `shared`
 * (a share of its variance) is common to the node and the cluster, and a white part on top.
 */
export interface MetricShape {
  readonly form: "linear" | "log";
  readonly unit: string;
  /** Reported as a cumulative counter of `unit` times seconds. */
  readonly counter: boolean;
  /** Range from which each node draws its own level. */
  readonly base: readonly [low: number, high: number];
  /** Effect of load 1: linear in units of the metric, log as exponent. */
  readonly swing: number;
  /** How long the metric lags behind the load, in steps of five minutes. */
  readonly lagSteps: number;
  /** Standard deviations of the two noise parts, in units (linear) or relative (log). */
  readonly noise: number;
  readonly white: number;
  /** Correlation of the noise from one five-minute step to the next. */
  readonly memory: number;
  readonly shared: number;
  /** Size of rare large values (Pareto, shape 3), as a share of the base. */
  readonly heavy: number;
  /** Growth a day, in units (linear only). */
  readonly growth: number;
  /** Values are rounded to multiples of this; 0 = not rounded. */
  readonly grain: number;
  readonly min: number;
  readonly max: number;
}

const PLAIN = {
  counter: false,
  lagSteps: 0,
  heavy: 0,
  growth: 0,
  grain: 0,
  min: 0,
  max: Infinity,
} as const;

/** Levels and noise as on ordinary service nodes; kinds follow the reference generator's. */
export const METRIC_SHAPES: Readonly<Record<DemoMetric, MetricShape>> = {
  cpu_usage: {
    ...PLAIN,
    form: "linear",
    unit: "%",
    base: [28, 42],
    swing: 6,
    noise: 3,
    white: 1.5,
    memory: 0.8,
    shared: 0.25,
    grain: 0.01,
    min: 0.5,
    max: 100,
  },
  load1: {
    ...PLAIN,
    form: "log",
    unit: "",
    base: [1.6, 3.8],
    swing: 0.18,
    noise: 0.12,
    white: 0.1,
    memory: 0.75,
    shared: 0.25,
    grain: 0.01,
  },
  memory_used: {
    ...PLAIN,
    form: "linear",
    unit: "%",
    base: [46, 62],
    swing: 1.2,
    lagSteps: 18,
    noise: 0.7,
    white: 0.15,
    memory: 0.98,
    shared: 0.1,
    grain: 0.01,
    min: 1,
    max: 99,
  },
  disk_io: {
    ...PLAIN,
    form: "log",
    unit: "MB/s",
    base: [14, 40],
    swing: 0.12,
    noise: 0.15,
    white: 0.1,
    memory: 0.6,
    shared: 0.2,
    heavy: 0.05,
    grain: 0.01,
  },
  disk_used: {
    ...PLAIN,
    form: "linear",
    unit: "%",
    base: [35, 62],
    swing: 0,
    noise: 0.03,
    white: 0.005,
    memory: 0.95,
    shared: 0,
    growth: 0.08,
    grain: 0.01,
    max: 99,
  },
  net_rx: {
    ...PLAIN,
    form: "log",
    unit: "MB/s",
    counter: true,
    base: [30, 80],
    swing: 0.22,
    noise: 0.09,
    white: 0.06,
    memory: 0.8,
    shared: 0.25,
  },
  net_tx: {
    ...PLAIN,
    form: "log",
    unit: "MB/s",
    counter: true,
    base: [50, 140],
    swing: 0.22,
    noise: 0.09,
    white: 0.06,
    memory: 0.8,
    shared: 0.25,
  },
  requests: {
    ...PLAIN,
    form: "log",
    unit: "req/s",
    counter: true,
    base: [300, 900],
    swing: 0.24,
    noise: 0.07,
    white: 0.04,
    memory: 0.85,
    shared: 0.25,
  },
  latency_p99: {
    ...PLAIN,
    form: "log",
    unit: "ms",
    base: [60, 140],
    swing: 0.06,
    noise: 0.08,
    white: 0.1,
    memory: 0.6,
    shared: 0.25,
    heavy: 0.03,
    grain: 0.01,
    min: 1,
  },
  error_rate: {
    ...PLAIN,
    form: "log",
    unit: "errors/min",
    base: [4, 12],
    swing: 0.12,
    noise: 0.25,
    white: 0.25,
    memory: 0.7,
    shared: 0.2,
    grain: 0.1,
  },
  queue_depth: {
    ...PLAIN,
    form: "log",
    unit: "jobs",
    base: [8, 20],
    swing: 0.15,
    noise: 0.22,
    white: 0.18,
    memory: 0.85,
    shared: 0.25,
    grain: 1,
  },
  temperature: {
    ...PLAIN,
    form: "linear",
    unit: "\u00b0C",
    base: [42, 52],
    swing: 1.6,
    lagSteps: 6,
    noise: 0.7,
    white: 0.2,
    memory: 0.96,
    shared: 0.1,
    grain: 0.1,
  },
};
