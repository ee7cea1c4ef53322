import { shown } from "../csv-error.ts";
import type { DecimalMark } from "../read-options.ts";
import { type Unit, unitOf } from "./units.ts";
import { isOpenNumber, writtenNumber } from "./written-number.ts";

const MISSING = new Set([
  ...["", "nan", "-nan", "+nan", "null", "na", "n/a", "#n/a", "none", "nil", "<nil>", "-", "--"],
  ...["\u2013", "\u2014", "(null)", "\\n", "undefined", "nat", "no data", "-1.#ind", "1.#qnan"],
]);
const INFINITE = /^([+-]?)(?:inf|infinity|\u221e)$/;
const ZERO = /^[+-]?(?:0+\.?0*|\.0+)$/;
const POINT = ".".charCodeAt(0);
const MONEY = /^([+-]?)([$€£])\s*/;
const PARTS =
  /^([+-\u2212]?[\d.,'’ \u00a0\u202f\u2009]*\d[.,]?(?:e[+-]?\d+)?)\s*([^\d.,\s'’+-].*)$/i;

/** What is wrong with a field, and what to do. */
export interface NumberProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** A field that could be read two ways, and where it stands. */
interface OpenField {
  readonly text: string;
  readonly line: number;
}

/** What was met in one column. */
interface ColumnMarks {
  /** Its unit; "" where its numbers have none, undefined before the first number but 0. */
  base?: string;
  /** Numbers below 1000 without any mark. */
  small: boolean;
  /** Whole numbers from 1000 on without a mark: nobody marks thousands here. */
  large: boolean;
  /** The first number of one point and three digits, such as 1.005. */
  open?: OpenField;
}

/**
 * Reads the value columns of one file. A file is written with one decimal mark: the first number that
 * can be read in one way only settles it. Units are taken off and values brought to one unit.
 */
export class NumberReader {
  readonly #names: readonly string[];
  readonly #columns: ColumnMarks[];
  /** 1 for a column without a unit once the decimal mark is the point. */
  readonly #isPlain: Uint8Array;
  #mark: DecimalMark | undefined;
  #infiniteCount = 0;
  /** Numbers were taken as they stand although the mark is not settled. */
  #assumed: OpenField | undefined;

  constructor(columnNames: readonly string[], decimal: DecimalMark | undefined) {
    this.#names = columnNames;
    this.#columns = columnNames.map(() => ({ small: false, large: false }));
    this.#isPlain = new Uint8Array(columnNames.length);
    this.#mark = decimal;
  }

  /** The decimal mark, as far as it is settled. */
  get mark(): DecimalMark | undefined {
    return this.#mark;
  }

  /** The unit of a column: "" where its numbers have none. */
  baseOf(column: number): string {
    return this.#columns[column]?.base ?? "";
  }

  /** Infinite values so far, read as missing: no detector can judge one. */
  get infiniteCount(): number {
    return this.#infiniteCount;
  }

  /** NaN where the value is missing or infinite; what is wrong where it is no number. */
  read(text: string, column: number, line: number): number | NumberProblem {
    const value = Number(text);
    // The common case: points are settled, and the column has no unit.
    if (value !== 0 && this.#isPlain[column] === 1 && Number.isFinite(value) && isDecimal(text)) {
      return value;
    }
    if (text === "") return Number.NaN;
    if (text === "0" || text === "0.0") return value;
    if (value === 0 && this.#mark !== "comma" && ZERO.test(text)) return value;
    if (Number.isFinite(value) && value !== 0 && isDecimal(text)) {
      const marks = this.#columns[column]!;
      if (marks.base === undefined) marks.base = "";
      if (marks.base === "") {
        if (this.#mark === "point") {
          this.#isPlain[column] = 1;
          return value;
        }
        if (this.#mark === undefined) {
          this.#observe(text, value, marks, line);
          return value;
        }
      }
    }
    return this.#readWritten(text.trim(), column, line);
  }

  /** The first field of which nobody can say what it means; undefined where all are clear. */
  unclear(): (NumberProblem & { readonly line: number }) | undefined {
    if (this.#mark !== undefined) return undefined;
    for (const [k, { small, large, open }] of this.#columns.entries()) {
      if (open === undefined || large || !small) continue;
      const problem = `"${open.text}" in column ${shown(this.#names[k]!)} may be ${open.text.replace(/[.,]/, "")} or a number with three decimals, beside numbers without any`;
      return {
        line: open.line,
        problem,
        remedy: "say what the mark is with --decimal point or --decimal comma",
      };
    }
    return undefined;
  }

  /** Settles the mark by a field that is not read yet. @returns whether it reads both ways. */
  foresee(text: string): boolean {
    if (this.#mark !== undefined) return false;
    const { number } = partsOf(text.trim());
    const written = writtenNumber(number, undefined);
    if (written === "open") return number.includes(",");
    if (written?.mark !== undefined) this.#mark = written.mark;
    return false;
  }

  #observe(text: string, value: number, marks: ColumnMarks, line: number): void {
    if (Number.isInteger(value) && !text.includes(".")) {
      if (value > -1000 && value < 1000) marks.small = true;
      else marks.large = true;
      return;
    }
    // Most numbers have another count of decimals than three, and settle it.
    const isOpen = text.charCodeAt(text.length - 4) === POINT && isOpenNumber(text);
    if (isOpen) {
      marks.open ??= { text: shown(text.trim()), line };
      this.#assumed ??= marks.open;
    } else this.#mark = "point";
  }

  #readWritten(text: string, column: number, line: number): number | NumberProblem {
    const word = text.toLowerCase();
    if (MISSING.has(word)) return Number.NaN;
    if (INFINITE.test(word)) {
      this.#infiniteCount += 1;
      return Number.NaN;
    }
    const { number, unit } = partsOf(text);
    const written = writtenNumber(number, this.#mark);
    if (written === undefined || (unit !== undefined && unitOf(unit) === undefined)) {
      return this.#noNumber(text, number, unit, column);
    }
    if (written === "open") {
      if (number.includes(",")) return this.#unsettled(text, column);
      const marks = this.#columns[column]!;
      marks.open ??= { text: shown(text), line };
      this.#assumed ??= marks.open;
    } else if (written.mark !== undefined) {
      const against = this.#settle(written.mark, text, column);
      if (against !== undefined) return against;
    }
    const value = written === "open" ? Number(number) : written.value;
    return this.#inUnit(value, unit === undefined ? undefined : unitOf(unit), text, column);
  }

  #settle(mark: DecimalMark, text: string, column: number): NumberProblem | undefined {
    if (this.#mark === undefined && mark === "comma" && this.#assumed !== undefined) {
      const { text: other, line } = this.#assumed;
      return {
        problem: `"${shown(text)}" in column ${shown(this.#names[column]!)} has a decimal comma, "${other}" in line ${line} a point`,
        remedy: "say what the mark is with --decimal comma or --decimal point",
      };
    }
    this.#mark ??= mark;
    return undefined;
  }

  #unsettled(text: string, column: number): NumberProblem {
    return {
      problem: `"${shown(text)}" in column ${shown(this.#names[column]!)} may have thousands or decimals behind the comma`,
      remedy: "say which with --decimal point (thousands) or --decimal comma (decimals)",
    };
  }

  #inUnit(
    value: number,
    unit: Unit | undefined,
    text: string,
    column: number,
  ): number | NumberProblem {
    const marks = this.#columns[column]!;
    // Nothing is nothing in any unit.
    if (value === 0 && unit === undefined) return value;
    const base = unit?.base ?? "";
    const scale = unit?.factor ?? 1;
    // 1.2 K beside 980: thousands are no unit of their own.
    marks.base ??= base;
    if (marks.base === base) {
      return scale < 1 ? value / Math.round(1 / scale) : value * scale;
    }
    const name = shown(this.#names[column]!);
    const has = base === "" ? "no unit" : `a unit of ${base}`;
    const before = marks.base === "" ? "none" : `one of ${marks.base}`;
    return {
      problem: `"${shown(text)}" in column ${name} has ${has}, the numbers before it have ${before}`,
      remedy: "write all numbers of a column in units of one kind, or all without",
    };
  }

  #noNumber(text: string, number: string, unit: string | undefined, column: number): NumberProblem {
    const where = `"${shown(text)}" in column ${shown(this.#names[column]!)}`;
    const isOtherwise =
      writtenNumber(number, this.#mark) === undefined &&
      writtenNumber(number, undefined) !== undefined;
    if (isOtherwise) {
      const other = this.#mark === "point" ? "a decimal comma" : "a decimal point";
      return {
        problem: `${where} has ${other}, other numbers of the file have none`,
        remedy: `correct it, or say what the mark is with --decimal`,
      };
    }
    if (unit === "m") {
      return {
        problem: `${where} may be minutes, metres or thousandths`,
        remedy: "write the number without the m",
      };
    }
    return {
      problem: `${where} is not a number`,
      remedy: "write a number such as 12.5, or leave the field empty where the value is missing",
    };
  }
}

/** Whether a field may stand in a value column: a number with or without unit, or a missing one. */
export function isNumberish(text: string): boolean {
  const bare = text.trim();
  if (bare !== "" && Number.isFinite(Number(bare)) && isDecimal(bare)) return true;
  if (MISSING.has(bare.toLowerCase()) || INFINITE.test(bare.toLowerCase())) return true;
  const { number, unit } = partsOf(bare);
  return (
    writtenNumber(number, undefined) !== undefined &&
    (unit === undefined || unit === "m" || unitOf(unit) !== undefined)
  );
}

function partsOf(text: string): { readonly number: string; readonly unit: string | undefined } {
  const money = MONEY.exec(text);
  if (money !== null) {
    return { number: money[1]! + text.slice(money[0].length), unit: money[2]! };
  }
  const parts = PARTS.exec(text);
  return parts === null
    ? { number: text, unit: undefined }
    : { number: parts[1]!.trim(), unit: parts[2]!.trim() };
}

/** False for blanks in front and for 0b11, 0o17, 0x1F, which Number() would take. */
function isDecimal(text: string): boolean {
  const second = text.charCodeAt(1) | 32;
  return text.charCodeAt(0) > 32 && second !== 98 && second !== 111 && second !== 120;
}
