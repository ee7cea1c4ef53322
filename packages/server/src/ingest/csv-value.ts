const MISSING = new Set(["", "nan", "null", "na", "n/a", "none", "-"]);
const INFINITE = /^([+-]?)(inf|infinity)$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A field of a value column: NaN where the value is missing (empty, NaN, null, NA, none, "-"),
 * undefined where the text is not a number. Infinities are given as such.
 */
export function csvValue(text: string): number | undefined {
  const value = Number(text);
  if (Number.isFinite(value) && value !== 0 && isDecimal(text)) return value;
  const word = text.trim().toLowerCase();
  if (MISSING.has(word)) return Number.NaN;
  if (NUMBER.test(word)) return Number(word);
  const infinite = INFINITE.exec(word);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** False for blanks in front and for 0b11, 0o17, 0x1F, which Number() would take. */
function isDecimal(text: string): boolean {
  const second = text.charCodeAt(1) | 32;
  return text.charCodeAt(0) > 32 && second !== 98 && second !== 111 && second !== 120;
}
