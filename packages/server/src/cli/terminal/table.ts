import { largestOf } from "@foreshock/core/fold";
import stringWidth from "string-width";
import type { Colors, Io } from "./io.ts";
import { shownText } from "./shown-text.ts";
import { spreadsheetText } from "./spreadsheet-text.ts";

export interface TableColumn<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** Laid over the padded text, so that it never counts as width. */
  readonly paint?: (text: string, row: Row, colors: Colors) => string;
}

const GAP = "  ";
/** The last column is never cut shorter than this: half a word of a sentence says nothing. */
const LAST_WIDTH_MIN = 24;

/**
 * Rows for people on a terminal (aligned, the last column cut to the width), and as tab-separated
 * values with a header line everywhere else, whose cells are no formulas. Hidden characters are shown.
 */
export function tableText<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  io: Pick<Io, "outIsTerminal" | "width">,
  colors: Colors,
): string {
  return io.outIsTerminal ? aligned(columns, rows, io.width, colors) : separated(columns, rows);
}

function separated<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => title.toLowerCase())];
  for (const row of rows) lines.push(columns.map(({ text }) => text(row)));
  const cell = (text: string) => spreadsheetText(oneLine(text));
  return lines.map((cells) => `${cells.map(cell).join("\t")}\n`).join("");
}

function oneLine(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, " ");
}

function aligned<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  width: number,
  colors: Colors,
): string {
  const cells = rows.map((row) => columns.map(({ text }) => shownText(oneLine(text(row)))));
  const widths = columns.map(({ title }, k) =>
    largestOf(
      cells.map((texts) => stringWidth(texts[k]!)),
      stringWidth(title),
    ),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const last = widths.length - 1;
  widths[last] = Math.min(widths[last]!, Math.max(LAST_WIDTH_MIN, width - before));
  const line = (texts: readonly string[], paint: (text: string, k: number) => string) =>
    texts
      .map((text, k) => {
        const kept = cut(text, widths[k]!);
        return paint(k === last ? kept : padded(kept, widths[k]!, columns[k]!.right), k);
      })
      .join(GAP);
  const header = line(
    columns.map(({ title }) => title),
    (text) => colors.dim(text),
  );
  const body = rows.map((row, i) =>
    line(cells[i]!, (text, k) => columns[k]!.paint?.(text, row, colors) ?? text),
  );
  return `${[header, ...body].join("\n")}\n`;
}

/** At most `width` columns wide; what is cut off is shown as "...". */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (stringWidth(kept + character) > width - 3) break;
    kept += character;
  }
  return `${kept.trimEnd()}...`;
}

function padded(text: string, width: number, right = false): string {
  const room = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? room + text : text + room;
}
