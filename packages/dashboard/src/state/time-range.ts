import { DAY_MS, HOUR_MS, MINUTE_MS } from "../format/time.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** Half-open [startMs, endMs), epoch ms. */
export interface MsRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** A range as the URL holds it: `now`, `now-24h`, or an RFC 3339 instant. */
export interface TokenRange {
  readonly from: string;
  readonly to: string;
}

export const DEFAULT_RANGE: TokenRange = { from: "now-24h", to: "now" };

export const RANGE_PRESETS: readonly { readonly from: string; readonly label: string }[] = [
  { from: "now-1h", label: "Last 1 h" },
  { from: "now-6h", label: "Last 6 h" },
  { from: "now-24h", label: "Last 24 h" },
  { from: "now-7d", label: "Last 7 d" },
  { from: "now-28d", label: "Last 28 d" },
];

const RELATIVE = /^now(?:-([1-9]\d{0,5})([mhd]))?$/;
const ABSOLUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

export function isTimeToken(text: string): boolean {
  return RELATIVE.test(text) || (ABSOLUTE.test(text) && !Number.isNaN(Date.parse(text)));
}

/** Epoch ms of a token at `nowMs`; NaN where it is not one. */
export function resolveToken(token: string, nowMs: number): number {
  const relative = RELATIVE.exec(token);
  if (relative === null) return isTimeToken(token) ? Date.parse(token) : Number.NaN;
  const [, count, unit] = relative;
  return count === undefined ? nowMs : nowMs - Number(count) * (UNIT_MS[unit ?? ""] ?? 0);
}

/** The range at `nowMs`; the last 24 hours where the tokens make no range. */
export function resolveRange(range: TokenRange, nowMs: number): MsRange {
  const startMs = resolveToken(range.from, nowMs);
  const endMs = resolveToken(range.to, nowMs);
  if (startMs < endMs) return { startMs, endMs };
  return { startMs: nowMs - DAY_MS, endMs: nowMs };
}

/** Shortest and longest step in which a range that follows the clock moves on. */
const MOVE_MIN_MS = 10_000;
const MOVE_MAX_MS = 5 * MINUTE_MS;
/** A step is at most this part of the range: less than one cell of the lanes. */
const MOVES_PER_RANGE = 360;

/**
 * The range as the server is asked for it: it ends at now or a little later, and moves on in steps, so
 * that questions inside one step are the same and can be answered "unchanged".
 */
export function askedRange(range: TokenRange, nowMs: number): MsRange {
  const { startMs, endMs } = resolveRange(range, nowMs);
  const wholeSteps = Math.floor((endMs - startMs) / MOVES_PER_RANGE / MOVE_MIN_MS);
  const stepMs = Math.min(MOVE_MAX_MS, Math.max(1, wholeSteps) * MOVE_MIN_MS);
  return resolveRange(range, Math.ceil(nowMs / stepMs) * stepMs);
}

/** Whether the range moves with the clock, so that polling makes sense. */
export function followsNow({ to }: TokenRange): boolean {
  return to.startsWith("now");
}

/** Tokens of fixed instants, whole seconds: the start rounds down and the end up, so it never empties. */
export function absoluteRange({ startMs, endMs }: MsRange): TokenRange {
  const from = Math.floor(startMs / 1000) * 1000;
  const to = Math.max(from + 1000, Math.ceil(endMs / 1000) * 1000);
  return { from: instantToken(from), to: instantToken(to) };
}

function instantToken(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/**
 * Twice the range around its middle; never past `nowMs`, where it becomes "the last so much" again
 * if a preset fits.
 */
export function zoomOut(range: MsRange, nowMs: number): TokenRange {
  const lengthMs = (range.endMs - range.startMs) * 2;
  const middleMs = (range.startMs + range.endMs) / 2;
  const endMs = middleMs + lengthMs / 2;
  if (endMs < nowMs) return absoluteRange({ startMs: middleMs - lengthMs / 2, endMs });
  const preset = RANGE_PRESETS.find(({ from }) => nowMs - resolveToken(from, nowMs) >= lengthMs);
  return { from: preset?.from ?? "now-28d", to: "now" };
}

/** "Last 24 h" for presets, else null: the caller writes the two instants. */
export function presetLabel(range: TokenRange): string | null {
  if (range.to !== "now") return null;
  return RANGE_PRESETS.find((preset) => preset.from === range.from)?.label ?? null;
}

/** Steps of lanes: a divisor of a day each, so that cells of neighbouring ranges line up. */
const STEPS: readonly (readonly [stepMs: number, word: string])[] = [
  [5 * MINUTE_MS, "5m"],
  [15 * MINUTE_MS, "15m"],
  [30 * MINUTE_MS, "30m"],
  [HOUR_MS, "1h"],
  [2 * HOUR_MS, "2h"],
  [6 * HOUR_MS, "6h"],
  [DAY_MS, "1d"],
];

/** The finest step that needs at most `cellsMax` cells, as the API writes it. */
export function laneStep(
  { startMs, endMs }: MsRange,
  cellsMax: number,
): { readonly stepMs: number; readonly word: string } {
  const fit = STEPS.find(([stepMs]) => (endMs - startMs) / stepMs <= cellsMax) ?? STEPS.at(-1)!;
  return { stepMs: fit[0], word: fit[1] };
}
