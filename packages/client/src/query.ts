/** RFC 3339, `now`, `now-24h`, epoch milliseconds, or a Date. */
export type TimeInput = string | number | Date;

export type QueryValue = string | number | boolean | Date | undefined;

/**
 * `?a=1&b=2` in the order given, undefined left out; empty string where nothing is left.
 * Dates become RFC 3339. Cost: O(values).
 */
export function queryString(query: Readonly<Record<string, QueryValue>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    params.append(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** One segment of a path: whatever the id holds, it stays one segment. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}
