/** Figures as people read them: columns in line, one row per line. */
export function table(heads: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [heads, ...rows.map((row) => row.map(shown))];
  const widths = heads.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]!.length), 0),
  );
  const lines = cells.map((row) => row.map((cell, k) => cell.padEnd(widths[k]!)).join(" | "));
  const rule = widths.map((width) => "-".repeat(width)).join(" | ");
  return [lines[0], rule, ...lines.slice(1)].map((line) => `| ${line} |`).join("\n");
}

function shown(value: unknown): string {
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return "-";
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
}

/** The value that a share of all stays at or below; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
