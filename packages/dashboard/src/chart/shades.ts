import type { Severity } from "@foreshock/client";
import type { MsRange } from "../state/time-range.ts";
import { anomalousRuns, type Columns } from "./columns.ts";

/** A stretch of time behind a line that is shaded, half-open, epoch ms. */
export interface Shade {
  readonly startMs: number;
  readonly endMs: number;
  readonly severity: Severity;
}

/**
 * What to shade: anomalies from the instant their sentence names, and besides them the points whose alarm
 * score is anomalous, for a fault that lasts is shaded although its scores fade. An alarm that touches
 * anomalies begins where the first of them begins, and lasts as long as the longer of the two.
 */
export function shadesOf(
  columns: Pick<Columns, "at" | "alarmScore">,
  stepMs: number,
  anomalies: readonly Shade[],
): readonly Shade[] {
  const alarms = anomalousRuns(columns.alarmScore).map(({ start, end, severity }) => ({
    startMs: columns.at[start]! - stepMs / 2,
    endMs: columns.at[end - 1]! + stepMs / 2,
    severity,
  }));
  const shades = [...anomalies];
  const untold: Shade[] = [];
  for (const alarm of alarms) {
    const last = lastTouched(shades, alarm);
    if (last < 0) untold.push(alarm);
    else shades[last] = { ...shades[last]!, endMs: Math.max(shades[last]!.endMs, alarm.endMs) };
  }
  return [...shades, ...untold].sort((a, b) => a.startMs - b.startMs);
}

/** Index of the shade that ends last among those that touch; -1 where none does. */
function lastTouched(shades: readonly Shade[], alarm: Shade): number {
  let last = -1;
  shades.forEach((shade, i) => {
    if (touches(shade, alarm) && (last < 0 || shade.endMs > shades[last]!.endMs)) last = i;
  });
  return last;
}

/** One shade from the onset that is told to the end of the last alarm before `untilMs`. */
export function shadeSince(
  columns: Pick<Columns, "at" | "alarmScore">,
  stepMs: number,
  told: { readonly onsetMs: number; readonly untilMs: number; readonly severity: Severity },
): Shade {
  const { onsetMs: startMs, untilMs, severity } = told;
  let endMs = startMs + stepMs;
  columns.at.forEach((atMs, i) => {
    const isIn = atMs >= startMs && atMs <= untilMs && (columns.alarmScore[i] ?? 0) >= 0.5;
    if (isIn) endMs = Math.max(endMs, atMs + stepMs / 2);
  });
  return { startMs, endMs, severity };
}

export function touches(
  a: { readonly startMs: number; readonly endMs: number },
  b: { readonly startMs: number; readonly endMs: number },
): boolean {
  return a.startMs <= b.endMs && b.startMs <= a.endMs;
}

/** Where each shade in sight begins, for readers of the page's source and for tests: instants, space between. */
export function shadedText(shades: readonly Shade[], range: MsRange): string {
  return shades
    .filter((shade) => touches(shade, range))
    .map(({ startMs }) => new Date(startMs).toISOString())
    .join(" ");
}
