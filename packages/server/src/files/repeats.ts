import { CsvError } from "./csv-error.ts";

/** Rows of one series or entity, and what makes two of them the same. */
export interface RowTimes {
  readonly timestampsMs: Float64Array;
  readonly entityOf: Int32Array;
  readonly rowCount: number;
}

/** Rows that stand at an instant of their entity that another row has too. */
export interface Repeats {
  /** Row numbers that are written twice, with the row that counts. */
  readonly twice: ReadonlyMap<number, number>;
  /** Rows whose values differ from those of the row before at the same instant. */
  readonly differing: readonly number[];
}

/** Two series read as one share most instants; a clock that was set back shares a few. */
const DIFFERING_MIN = 3;
const DIFFERING_SHARE = 0.1;

/**
 * Finds rows that repeat an instant of their entity.
 *
 * @param isSame whether two rows hold the same values
 * Cost: nothing but a look where times only go up; else one map of the rows.
 */
export function repeatsIn(
  { timestampsMs, entityOf, rowCount }: RowTimes,
  isSame: (row: number, other: number) => boolean,
): Repeats {
  const twice = new Map<number, number>();
  const differing: number[] = [];
  if (!mayRepeat(timestampsMs, entityOf, rowCount)) return { twice, differing };
  const rowAt = new Map<number, Map<number, number>>();
  for (let row = 0; row < rowCount; row++) {
    const entity = entityOf[row]!;
    const own = rowAt.get(entity) ?? new Map<number, number>();
    rowAt.set(entity, own);
    const at = timestampsMs[row]!;
    const before = own.get(at);
    if (before === undefined) own.set(at, row);
    else if (isSame(before, row)) twice.set(row, before);
    else {
      differing.push(row);
      own.set(at, row);
    }
  }
  return { twice, differing };
}

/** False where every entity's times only go up. */
function mayRepeat(timestampsMs: Float64Array, entityOf: Int32Array, rowCount: number): boolean {
  const newest = new Map<number, number>();
  let last = -1;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rowCount; row++) {
    const entity = entityOf[row]!;
    if (entity !== last) {
      if (last >= 0) newest.set(last, lastMs);
      lastMs = newest.get(entity) ?? Number.NEGATIVE_INFINITY;
      last = entity;
    }
    if (timestampsMs[row]! <= lastMs) return true;
    lastMs = timestampsMs[row]!;
  }
  return false;
}

/** How many rows or points repeat an instant. */
export interface RepeatCounts {
  readonly twice: number;
  readonly differing: number;
}

/** Where the first of them stands, and which columns might have told the series apart. */
export interface RepeatPlace {
  readonly line: number;
  readonly leftOut: readonly string[];
}

/** @throws CsvError where so many instants repeat with other values that series were read as one. */
export function demandOneSeries(
  file: string,
  { differing }: Pick<RepeatCounts, "differing">,
  rowCount: number,
  { line, leftOut }: RepeatPlace = { line: 0, leftOut: [] },
): void {
  const isMany = differing >= DIFFERING_MIN && differing > DIFFERING_SHARE * rowCount;
  if (!isMany) return;
  const unused = leftOut.length === 0 ? "" : `; not used: ${leftOut.slice(0, 5).join(", ")}`;
  throw new CsvError(
    file,
    line,
    `${differing} rows repeat an instant of their series with other values${unused}`,
    "name the columns that tell the series apart with --by, such as --by node=COLUMN or --by metric=COLUMN",
  );
}

/** What to tell people about rows or points that repeat; nothing where none does. */
export function repeatRemarks(
  { twice, differing }: RepeatCounts,
  what: "row" | "point" = "row",
): string[] {
  const counted = (count: number) => (count === 1 ? `1 ${what}` : `${count} ${what}s`);
  const remarks: string[] = [];
  if (twice > 0) remarks.push(`${counted(twice)} written twice, counted once`);
  if (differing > 0) {
    const rule = "the later one counts where one must";
    remarks.push(`${counted(differing)} at an instant that has another value already: ${rule}`);
  }
  return remarks;
}

export function countsOf({ twice, differing }: Repeats): RepeatCounts {
  return { twice: twice.size, differing: differing.length };
}
