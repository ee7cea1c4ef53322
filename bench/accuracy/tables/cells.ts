import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { PageTable } from "../../page-table.ts";
import type { SetRow } from "../accuracy-run.ts";
import type { QuotedFigure } from "../published.ts";

export function quotedTable(title: string, figures: readonly QuotedFigure[]): PageTable {
  const rows = figures.map(({ what, value, remark }) => [what, value, remark]);
  return { title, notes: [], header: ["what", "figure", "source"], rows };
}

/** Ours stand out. An engine for silences is not one for values, and says so. */
export function nameOf({ detector, kind }: Pick<SetRow, "detector" | "kind">): string {
  if (kind === "floor") return detector;
  return kind === "engine"
    ? `**\`${detector}\`**`
    : `\`${detector}\` (silences and stuck values only)`;
}

/** Empty where there is no number. */
export function num(value: number | undefined, digits = 2): string {
  return value === undefined || Number.isNaN(value) ? "" : value.toFixed(digits);
}

export function delayText(delayMs: number): string {
  if (Number.isNaN(delayMs)) return "";
  if (delayMs >= DAY_MS) return `${(delayMs / DAY_MS).toFixed(1)} d`;
  return delayMs >= 2 * HOUR_MS
    ? `${(delayMs / HOUR_MS).toFixed(1)} h`
    : `${delayMs / MINUTE_MS} min`;
}
