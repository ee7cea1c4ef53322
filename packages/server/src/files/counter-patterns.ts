/** Names that end like this are cumulative by every convention. */
const TOTAL = /_total$/;

/** The pattern that stands for "no counter at all". */
export const NO_COUNTERS = "none";

/** The metric's own name, without the labels behind it. */
export function familyOf(metricName: string): string {
  const brace = metricName.indexOf("{");
  return brace < 0 ? metricName : metricName.slice(0, brace);
}

/** Whether one of the patterns names a metric; `*` stands for any text. */
export function isDeclared(metricName: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    const shape = new RegExp(`^${parts.join(".*")}$`);
    return shape.test(metricName) || shape.test(familyOf(metricName));
  });
}

/** Whether a metric that arrives point by point is a counter: as told, else by its name. */
export function isCounter(metricName: string, patterns: readonly string[]): boolean {
  if (patterns.length > 0) return isDeclared(metricName, patterns);
  return TOTAL.test(familyOf(metricName));
}

/** Whether a name says that the metric may be cumulative; its values have the last word. */
export function soundsCumulative(metricName: string): boolean {
  return /_(?:total|count|sum|bucket)$/.test(familyOf(metricName));
}
