import { DAY_MS } from "@foreshock/core/fold";
import { LABEL_NAMES_MAX, type LabelNames } from "../platform/label-names.ts";
import { LABEL_NAME_BYTES_MAX } from "../platform/place-name.ts";

/** What one tenant may use. Each has a default; `control.db` holds what differs. */
export interface TenantLimits {
  readonly pointsPerSecond: number;
  readonly pointsBurst: number;
  readonly ingestRequestsPerSecond: number;
  readonly queryRequestsPerSecond: number;
  /** Series that may live at the same time; one that sleeps does not count. */
  readonly activeSeriesMax: number;
  /** Series that may be kept, the sleeping ones included; at least `activeSeriesMax` in any case. */
  readonly knownSeriesMax: number;
  /** UTF-8 bytes of names and metadata of all series that are kept. */
  readonly seriesBytesMax: number;
}

export interface TenantSettings {
  readonly limits: TenantLimits;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /**
   * Grid of the fleet fold in milliseconds; 0 = found from the data. It can be chosen until the first
   * step is folded: scores are kept on it, so after that a change is refused.
   */
  readonly stepMs: number;
  readonly labels: LabelNames;
}

/** What may be given to change settings: any part of them. */
export interface SettingsPatch {
  readonly limits?: Partial<TenantLimits>;
  readonly budgetDays?: number;
  readonly stepMs?: number;
  readonly labels?: Partial<LabelNames>;
}

/**
 * Source: the limits table of the reliability page. Known series: five complete changes of names, at
 * about 6 kB each. Bytes: 512 per known series, several times what exporters send.
 */
export const DEFAULT_LIMITS: TenantLimits = {
  pointsPerSecond: 10_000,
  pointsBurst: 100_000,
  ingestRequestsPerSecond: 50,
  queryRequestsPerSecond: 20,
  activeSeriesMax: 50_000,
  knownSeriesMax: 1_000_000,
  seriesBytesMax: 128 * 1024 * 1024,
};

/**
 * Source: the labels of Prometheus' Kubernetes discovery, kube-state-metrics, Telegraf and the
 * OpenTelemetry collector. A job is the cluster of whoever names none. A pod comes and goes, so that it
 * is the node only of series that say nothing else of where they are.
 */
const DEFAULT_LABELS: LabelNames = {
  cluster: [
    "cluster",
    "cluster_name",
    "k8s_cluster_name",
    "kubernetes_cluster",
    "k8s_cluster",
    "job",
  ],
  node: [
    ...["instance", "node", "kubernetes_node", "k8s_node_name", "host", "hostname", "host_name"],
    ...["nodename", "pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name"],
  ],
  stripPort: false,
};

export const DEFAULT_SETTINGS: TenantSettings = {
  limits: DEFAULT_LIMITS,
  budgetDays: 7,
  stepMs: 0,
  labels: DEFAULT_LABELS,
};

/** Settings with a patch laid over them. @throws SettingsProblem naming the field and what is allowed. */
export function patched(base: TenantSettings, patch: SettingsPatch): TenantSettings {
  const settings = {
    limits: { ...base.limits, ...patch.limits },
    budgetDays: patch.budgetDays ?? base.budgetDays,
    stepMs: patch.stepMs ?? base.stepMs,
    labels: { ...base.labels, ...patch.labels },
  };
  check(settings);
  return settings;
}

/** Both patches as one; where both say something, the later one holds. */
export function mergedPatch(first: SettingsPatch, then: SettingsPatch): SettingsPatch {
  return {
    ...first,
    ...then,
    ...((first.limits ?? then.limits) ? { limits: { ...first.limits, ...then.limits } } : {}),
    ...((first.labels ?? then.labels) ? { labels: { ...first.labels, ...then.labels } } : {}),
  };
}

/** A setting outside what is allowed; the message names the field and the remedy. */
export class SettingsProblem extends Error {
  override readonly name = "SettingsProblem";
}

/** @throws SettingsProblem where a grid is asked for that differs from the one that is fixed. */
export function demandFreeGrid(fixedMs: number | undefined, stepMs: number | undefined): void {
  if (fixedMs === undefined || stepMs === undefined || stepMs === fixedMs) return;
  throw new SettingsProblem(
    `stepMs=${stepMs}: the grid is fixed at ${fixedMs} ms since the first step was folded; ` +
      "leave stepMs out, or send the data to a new tenant",
  );
}

function check({ limits, budgetDays, stepMs, labels }: TenantSettings): void {
  for (const [name, value] of Object.entries(limits)) {
    demand(Number.isFinite(value) && value > 0, name, value, "a number above 0");
  }
  demand(budgetDays > 0 && budgetDays <= 365, "budgetDays", budgetDays, "days above 0, up to 365");
  demand(
    stepMs === 0 || (Number.isInteger(stepMs) && stepMs >= 1000 && stepMs <= DAY_MS),
    "stepMs",
    stepMs,
    `0, or whole milliseconds from 1000 to ${DAY_MS}`,
  );
  for (const name of ["cluster", "node"] as const) {
    const given = labels[name];
    const good =
      Array.isArray(given) &&
      given.length > 0 &&
      given.length <= LABEL_NAMES_MAX &&
      given.every((text) => text !== "" && Buffer.byteLength(text) <= LABEL_NAME_BYTES_MAX);
    demand(good, `labels.${name}`, given, `1 to ${LABEL_NAMES_MAX} label names`);
  }
}

function demand(good: boolean, field: string, given: unknown, allowed: string): void {
  if (!good) throw new SettingsProblem(`${field}=${JSON.stringify(given)}: give ${allowed}`);
}
