import { familyOf, isCounter } from "./series-nature.ts";

/** Units that names end in. Source: the naming conventions of Prometheus and OpenMetrics. */
const ENDINGS: readonly (readonly [ending: string, unit: string])[] = [
  ["_bytes", "bytes"],
  ["_milliseconds", "ms"],
  ["_seconds", "seconds"],
  ["_ms", "ms"],
  ["_ratio", "ratio"],
  ["_percent", "%"],
  ["_pct", "%"],
];

/** A unit that is a rate already. */
const RATE = /(\/|\bper\b|ps$)/i;

/**
 * The unit that values of a series are shown in: the one its sender names, else the one its name ends in;
 * empty where neither says. Counters are judged as rates, so theirs is per second.
 */
export function unitOf(metricName: string, metadata: Readonly<Record<string, string>>): string {
  const unit = metadata.unit ?? unitInName(metricName);
  if (!isCounter(metadata) || RATE.test(unit)) return unit;
  return `${unit}/s`;
}

function unitInName(metricName: string): string {
  const name = familyOf(metricName)
    .toLowerCase()
    .replace(/_(total|sum|max|min|avg)$/, "");
  return ENDINGS.find(([ending]) => name.endsWith(ending))?.[1] ?? "";
}
