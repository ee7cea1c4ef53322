import { DateTime } from "luxon";
import type { TimeColumn, TimeDecision } from "./time-column.ts";

/** Tokens of one width: these may follow one another. */
const FIXED = new Set(["yyyy", "yy", "MM", "dd", "HH", "hh", "mm", "ss", "SSS"]);
const LENGTH_MAX = 60;

/**
 * Whether a pattern can be matched without trying many ways: tokens of any width must not touch, or
 * a long row of digits could be shared out among them in very many ways.
 */
function isPlain(pattern: string): boolean {
  const bare = pattern.replace(/'[^']*'/g, " ");
  const runs = bare.match(/[a-zA-Z]+/g) ?? [];
  const tokens = runs.map((run) => run.match(/([a-zA-Z])\1*/g) ?? []);
  const isKept = tokens.every((run) => run.length === 1 || run.every((token) => FIXED.has(token)));
  return pattern.length <= LENGTH_MAX && isKept;
}

/** Times by a pattern of luxon's tokens that the caller gave, such as `dd/MM/yyyy HH:mm`. */
export function patternReading(
  pattern: string,
  zone: string | undefined,
  column: TimeColumn,
): TimeDecision {
  if (!isPlain(pattern)) {
    const problem = `no time format: ${pattern}`;
    const remedy =
      "separate the tokens, as in d/M/yyyy H:mm, or write them in full, as in yyyyMMdd";
    return { index: 0, refused: { problem, remedy } };
  }
  const parser = DateTime.buildFormatParser(pattern, { locale: "en" });
  const options = { zone: zone ?? "utc", locale: "en" } as const;
  const read = (text: string): number => {
    const time = DateTime.fromFormatParser(text.trim(), parser, options);
    return time.isValid ? time.toMillis() : Number.NaN;
  };
  const index = column.texts.findIndex((text) => text !== "" && Number.isNaN(read(text)));
  if (index >= 0 && column.texts.every((text) => Number.isNaN(read(text)))) {
    const problem = `"${column.texts[index]!.trim()}" is no time of the form ${pattern}`;
    return {
      index,
      refused: {
        problem,
        remedy: "--time-format takes tokens such as yyyy MM dd HH mm ss, or excel",
      },
    };
  }
  const how = `by the pattern ${pattern}, in ${zone ?? "UTC"} where no zone is named`;
  return { reading: { how, remarkable: false, read } };
}
