import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { InvalidArgumentError } from "commander";
import type { CsvOptions } from "../../files/read-options.ts";
import { instantMs } from "../../files/time/time-reading.ts";
import { CliError, EXIT } from "./exit-code.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** Parser of an option: a whole number, at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < min) {
      throw new InvalidArgumentError(`give a whole number, at least ${min}.`);
    }
    return Number(text);
  };
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError("give a number above 0.");
  }
  return value;
}

/** A score in [0, 1]. */
export function score(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("give a score from 0 to 1, such as 0.75.");
  }
  return value;
}

/** `30s`, `15m`, `24h` or `7d` in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("give a length such as 30s, 15m, 24h or 7d.");
  return Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** Epoch milliseconds of an instant as a file's time column would hold it. @throws CliError. */
export function instant(
  flag: string,
  text: string,
  { timeUnit, zone }: Pick<CsvOptions, "timeUnit" | "zone"> = {},
): number {
  const ms = instantMs(text, timeUnit, zone);
  if (!Number.isNaN(ms)) return ms;
  throw new CliError(
    `${flag} "${text}" is not a valid time`,
    EXIT.usage,
    "give epoch seconds or milliseconds, RFC 3339, or YYYY-MM-DD HH:MM:SS (UTC)",
  );
}

/** A relative length (`1h`) as the API writes it (`now-1h`); anything else as it is. */
export function since(text: string): string {
  return /^\d+(\.\d+)?[smhd]$/.test(text.trim()) ? `now-${text.trim()}` : text;
}

/** Comma-separated names; the option may also be given several times. */
export function names(text: string, before: readonly string[] = []): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  return [...before, ...parts.filter((part) => part !== "")];
}
