import {
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type TimeRange,
} from "@foreshock/core/fold";
import { z } from "zod";
import { CLOCK_OFF_MAX_MS, FIRST_TIME_MS, looksLike } from "../platform/usable-time.ts";
import { Problem } from "./problem.ts";

/** Longest range one request may ask for. Source: limits table of the reliability page. */
export const RANGE_DAYS_MAX = 400;
const DEFAULT_RANGE_MS = DAY_MS;
const FIRST_MS = Date.parse("0000-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

const RELATIVE = /^now(?:([+-])(\d{1,9})(ms|s|m|h|d|w))?$/;
const DURATION = /^(\d{1,9})(ms|s|m|h|d|w)$/;
const EPOCH = /^-?\d{1,16}$/;
const RFC3339 =
  /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d))?$/;

const TIME_HINT = "RFC 3339, epoch milliseconds, now, or now-24h";

export const TimeParam = z.string().max(40).optional().describe(TIME_HINT);

/** A length of time such as `5m`, in milliseconds. */
export const StepParam = z
  .string()
  .regex(DURATION, "must be a length of time such as 30s, 5m or 1h")
  .describe("Length of time such as 30s, 5m, 1h");

/**
 * An instant of the years 0 to 9999, as everything that shows one can.
 *
 * @throws Problem "bad_parameter" | "invalid_range", naming the parameter.
 */
export function instantParam(name: string, text: string, nowMs: EpochMs): EpochMs {
  const atMs = instantOf(name, text, nowMs);
  if (atMs >= FIRST_MS && atMs <= LAST_MS) return atMs;
  throw new Problem("invalid_range", `/${name}: "${text}" is not in the years 0 to 9999`, {
    hint: "check the unit: times are epoch milliseconds",
    errors: [{ pointer: `/${name}`, detail: "is not in the years 0 to 9999" }],
  });
}

function instantOf(name: string, text: string, nowMs: EpochMs): EpochMs {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const [, sign, count, unit] = relative;
    if (count === undefined) return nowMs;
    const shiftMs = Number(count) * UNIT_MS[unit!]!;
    return sign === "-" ? nowMs - shiftMs : nowMs + shiftMs;
  }
  if (EPOCH.test(text)) return epochOf(name, text, nowMs);
  const parsed = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(parsed)) {
    throw new Problem("bad_parameter", `/${name}: "${text}" is not a valid time`, {
      hint: `give ${TIME_HINT}; write + as %2B in an address`,
      errors: [{ pointer: `/${name}`, detail: "is not a valid time" }],
    });
  }
  return parsed;
}

/** @throws Problem "invalid_range" for a number that is a time of the last decades in another unit only. */
function epochOf(name: string, text: string, nowMs: EpochMs): EpochMs {
  const atMs = Number(text);
  const isUsual = atMs >= FIRST_TIME_MS && atMs <= nowMs + CLOCK_OFF_MAX_MS;
  const other = isUsual ? "" : looksLike(atMs, nowMs);
  if (other === "") return atMs;
  const detail = `is not a time in epoch milliseconds${other}`;
  throw new Problem("invalid_range", `/${name}: ${text} ${detail}`, {
    hint: "times are epoch milliseconds",
    errors: [{ pointer: `/${name}`, detail }],
  });
}

/** Milliseconds of a `StepParam`; 0 when the count is 0. */
export function durationMs(text: string): number {
  const [, count, unit] = DURATION.exec(text)!;
  return Number(count) * UNIT_MS[unit!]!;
}

/**
 * The range [from, to) that a request asks for; the last 24 hours where it says nothing.
 *
 * @throws Problem "bad_parameter" | "invalid_range" when empty or longer than 400 days.
 */
export function rangeParam(
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: EpochMs,
): TimeRange {
  const endMs = query.to === undefined ? nowMs : instantParam("to", query.to, nowMs);
  const startMs =
    query.from === undefined ? endMs - DEFAULT_RANGE_MS : instantParam("from", query.from, nowMs);
  if (!(startMs < endMs)) {
    throw new Problem("invalid_range", "from must lie before to", {
      hint: "leave both out for the last 24 hours",
      errors: [{ pointer: "/from", detail: "must lie before to" }],
    });
  }
  if (endMs - startMs > RANGE_DAYS_MAX * DAY_MS) {
    throw new Problem("invalid_range", `a range holds at most ${RANGE_DAYS_MAX} days`, {
      hint: "ask for parts of it",
    });
  }
  return { startMs, endMs };
}
