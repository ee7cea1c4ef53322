/** A gzipped CSV in memory: fields by row, as text. */
export interface PackedCsv {
    /** Trimmed names of the columns; empty without a header. */
    readonly names: readonly string[];
    readonly rows: readonly (readonly string[])[];
}
/** @throws where the file is not there, not gzip or not CSV, naming it. */
export declare function readPackedCsv(path: string): PackedCsv;
/** All rows, the header among them. Rows may be longer than the header (the rest is not named). */
export declare function readRows(path: string): string[][];
/** Column `at` as numbers; NaN for what is empty or no number. */
export declare function numbersAt(rows: PackedCsv["rows"], at: number): Float64Array;
/** A named column as numbers. @throws where the file has no such column. */
export declare function numbersOf({ names, rows }: PackedCsv, name: string): Float64Array;
/**
 * Whole seconds of a time without zone (read as UTC) or with Z: `2014-04-10 07:15:00.000000`.
 * NaN for anything else.
 */
export declare function epochSeconds(text: string): number;
