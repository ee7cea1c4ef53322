import type { RawRecord } from "./head.ts";
import { splitRecord } from "./splitter.ts";

export const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Records that are looked at. */
const RECORDS_MAX = 100;
const NAMES: Readonly<Record<string, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
};

/** Excel's first line that names the separator. */
const SEPARATOR_LINE = /^\uFEFF?"?sep=(.)"?$/i;

/** The separator that the first line names; undefined where it is an ordinary line. */
export function namedSeparator(text: string): string | undefined {
  return SEPARATOR_LINE.exec(text.trimEnd())?.[1] ?? (/^"?sep=\t/i.test(text) ? "\t" : undefined);
}

export function delimiterName(delimiter: string): string {
  return NAMES[delimiter] ?? `"${delimiter}"`;
}

/**
 * What separates the fields: the mark that most records hold equally often outside of quotes. Of
 * marks that do equally well, the one that gives more fields, then comma before semicolon, tab, bar.
 */
export function likeliestDelimiter(records: readonly RawRecord[]): string {
  const some = records.slice(0, RECORDS_MAX).filter(({ text }) => !text.startsWith("#"));
  const looked = some.length > 0 ? some : records.slice(0, RECORDS_MAX);
  let best = { delimiter: ",", records: 0, count: 0 };
  for (const delimiter of DELIMITERS) {
    const { count, records: alike } = agreement(looked, delimiter);
    const better = alike > best.records || (alike === best.records && count > best.count);
    if (count > 0 && better) best = { delimiter, records: alike, count };
  }
  return best.delimiter;
}

/** How many of the records hold the mark the most common number of times, and that number. */
function agreement(records: readonly RawRecord[], delimiter: string) {
  const tally = new Map<number, number>();
  for (const { text } of records) {
    const count = text.includes(delimiter) ? (splitRecord(text, delimiter)?.length ?? 1) - 1 : 0;
    if (count > 0) tally.set(count, (tally.get(count) ?? 0) + 1);
  }
  let best = { count: 0, records: 0 };
  for (const [count, number] of tally) {
    if (number > best.records) best = { count, records: number };
  }
  return best;
}
