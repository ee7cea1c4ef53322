/** Items of a long list that are made and written in one piece: a millisecond or so. */
const PIECE_ITEMS = 1000;

/** Rows that are put into the words of the API when they are written, some at a time. */
export class Rows<Row> {
  readonly rows: readonly Row[];
  readonly wire: (row: Row) => unknown;
  readonly atOnce: number;

  constructor(rows: readonly Row[], wire: (row: Row) => unknown, atOnce = PIECE_ITEMS) {
    this.rows = rows;
    this.wire = wire;
    this.atOnce = atOnce;
  }

  /** The list as JSON, in pieces. */
  *pieces(): Generator<string> {
    const { rows, wire, atOnce } = this;
    for (let from = 0; from < rows.length || from === 0; from += atOnce) {
      const piece = JSON.stringify(rows.slice(from, from + atOnce).map((row) => wire(row)));
      yield `${from === 0 ? "[" : ","}${piece.slice(1, -1)}`;
    }
    yield "]";
  }
}
