import type { DecimalMark } from "../read-options.ts";

/** A number as people write it, with what it tells about the marks in the file. */
export interface WrittenNumber {
  readonly value: number;
  /** Set where the number can only be read with this mark; undefined where it has none. */
  readonly mark: DecimalMark | undefined;
}

/** Blanks and apostrophes between thousands: narrow and wide no-break ones too. */
const GAPS = /(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3}(?!\d))/g;
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Groups of three, or of two before the last one, as India writes them. */
const COMMA_GROUPS = /^[+-]?\d{1,3}(?:(?:,\d{3})*|(?:,\d{2})*),\d{3}$/;
const COMMA_GROUPS_POINT = /^[+-]?\d{1,3}(?:(?:,\d{3})*|(?:,\d{2})*),\d{3}\.\d*$/;
const POINT_GROUPS = /^[+-]?\d{1,3}(?:\.\d{3})+$/;
const POINT_GROUPS_COMMA = /^[+-]?\d{1,3}(?:\.\d{3})+,\d*$/;
const COMMA = /^[+-]?\d*,\d+(?:e[+-]?\d+)?$/i;
/** One mark and three digits: 1.005 may be a thousand and five. */
const OPEN = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * Reads a number with thousands marks or a decimal comma.
 *
 * @param mark the file's mark where it is known; decides what "1,005" is
 * @returns "open" where the text reads both ways and no mark is known; undefined for no number
 */
export function writtenNumber(
  text: string,
  mark: DecimalMark | undefined,
): WrittenNumber | "open" | undefined {
  const bare = text.replace(GAPS, "").replace(/^\u2212/, "-");
  if (OPEN.test(bare)) return opened(bare, mark);
  if (PLAIN.test(bare)) {
    const dotted = bare.includes(".");
    return dotted && mark === "comma" ? undefined : known(bare, dotted ? "point" : undefined);
  }
  const forms: readonly [RegExp, DecimalMark][] = [
    [COMMA_GROUPS_POINT, "point"],
    [COMMA_GROUPS, "point"],
    [POINT_GROUPS_COMMA, "comma"],
    [POINT_GROUPS, "comma"],
    [COMMA, "comma"],
  ];
  const found = forms.find(([shape, its]) => shape.test(bare) && (mark ?? its) === its);
  return found === undefined ? undefined : known(bare, found[1]);
}

/** Whether a number reads both ways: with thousands marks and with three decimals. */
export function isOpenNumber(text: string): boolean {
  return OPEN.test(text);
}

function opened(bare: string, mark: DecimalMark | undefined): WrittenNumber | "open" {
  return mark === undefined ? "open" : { value: numberOf(bare, mark), mark: undefined };
}

function known(bare: string, mark: DecimalMark | undefined): WrittenNumber {
  return { value: numberOf(bare, mark ?? "point"), mark };
}

function numberOf(bare: string, mark: DecimalMark): number {
  const [thousands, decimal] = mark === "point" ? [",", "."] : [".", ","];
  return Number(bare.replaceAll(thousands!, "").replace(decimal!, "."));
}
