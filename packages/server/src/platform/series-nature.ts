/** Entries beside a series' names; `type` says what it is. */
type Metadata = Readonly<Record<string, string>>;

const COUNTER = "counter";

/**
 * What senders say of a metric family, in the words of Prometheus and OpenMetrics. The last two are
 * sets of series: their parts end in `_count`, `_sum` and `_bucket`.
 */
export type FamilyType = "counter" | "gauge" | "gaugehistogram" | "histogram" | "summary";

/** A sender said what the metrics of a family are. */
export interface DeclaredFamily {
  readonly family: string;
  readonly type: FamilyType;
}

/** Whether a series with these entries is a cumulative counter; everything else is judged as it comes. */
export function isCounter({ type }: Metadata): boolean {
  return type === COUNTER;
}

/** The same entries for a series that is a counter, or is none. A label of that name gives way. */
export function withNature(metadata: Metadata, counter: boolean): Metadata {
  if (isCounter(metadata) === counter) return metadata;
  if (counter) return { ...metadata, type: COUNTER };
  const { type: _, ...rest } = metadata;
  return rest;
}

/** Cumulative by name, in whatever way it came. Source: the conventions of Prometheus and OpenMetrics. */
export function isTotal(metricName: string): boolean {
  return familyOf(metricName).endsWith("_total");
}

/** The name without the labels that remote write puts behind it. */
export function familyOf(metricName: string): string {
  const labelsAt = metricName.indexOf("{");
  return labelsAt < 0 ? metricName : metricName.slice(0, labelsAt);
}
