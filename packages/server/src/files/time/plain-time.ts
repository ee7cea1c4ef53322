import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";

const DIGIT_0 = 48;

/**
 * `YYYY-MM-DD?HH:MM:SS` with `Z` after it or nothing, the common case, without a regular expression:
 * milliseconds as if it were UTC; NaN for anything else.
 */
export function plainTime(text: string): number {
  const { length } = text;
  if (length !== 19 && !(length === 20 && text.charAt(19) === "Z")) return Number.NaN;
  const gap = text.charAt(10);
  const cut = text.charAt(4);
  const shaped =
    (cut === "-" || cut === "/") &&
    text.charAt(7) === cut &&
    (gap === " " || gap === "T") &&
    text.charAt(13) === ":" &&
    text.charAt(16) === ":";
  if (!shaped) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  const seconds = digits(text, 17, 2);
  const known = hours <= 23 && minutes <= 59 && seconds <= 60 && month >= 1 && month <= 12;
  if (!known || !(day >= 1)) return Number.NaN;
  const midnight = Date.UTC(year, month - 1, day);
  if (day > 28 && new Date(midnight).getUTCDate() !== day) return Number.NaN;
  return midnight + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
}

/** The number written in `count` digits at `from`; NaN when one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
