import { familyOf } from "../platform/series-nature.ts";

/** The pattern that stands for "no counter at all". */
export const NO_COUNTERS = "none";

/** Whether one of the patterns names a metric; `*` stands for any text. */
export function isDeclared(metricName: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    const shape = new RegExp(`^${parts.join(".*")}$`);
    return shape.test(metricName) || shape.test(familyOf(metricName));
  });
}

/** Whether a name says that the metric may be cumulative; its values have the last word. */
export function soundsCumulative(metricName: string): boolean {
  return /_(?:total|count|sum|bucket)$/.test(familyOf(metricName));
}
