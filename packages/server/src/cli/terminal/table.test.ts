import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { type TableColumn, tableText } from "./table.ts";

interface Row {
  readonly name: string;
  readonly count: number;
  readonly why: string;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { title: "NAME", text: ({ name }) => name, paint: (text, _, colors) => colors.bold(text) },
  { title: "N", right: true, text: ({ count }) => String(count) },
  { title: "WHY", text: ({ why }) => why },
];
const ROWS: readonly Row[] = [
  { name: "a", count: 7, why: "cpu rose from a typical 31-44 % to 93 % at 14:05" },
  { name: "stra\u00dfe-\u4e00", count: 1234, why: "two\nlines" },
];
const plain = picocolors.createColors(false);

describe("tableText", () => {
  it("aligns columns on a terminal by what letters are wide, numbers to the right", () => {
    const text = tableText(COLUMNS, ROWS, { outIsTerminal: true, width: 100 }, plain);
    expect(text).toBe(
      [
        "NAME          N  WHY",
        "a             7  cpu rose from a typical 31-44 % to 93 % at 14:05",
        "stra\u00dfe-\u4e00  1234  two lines",
        "",
      ].join("\n"),
    );
  });

  it("cuts the last column to the terminal's width, never to nothing", () => {
    const lines = (width: number) =>
      tableText(COLUMNS, ROWS, { outIsTerminal: true, width }, plain).split("\n");
    expect(lines(50)[1]).toBe("a             7  cpu rose from a typical 31-44...");
    expect(lines(10)[1]).toBe("a             7  cpu rose from a typic...");
  });

  it("pads before it paints, so that colours count as no width", () => {
    const coloured = picocolors.createColors(true);
    const text = tableText(COLUMNS, ROWS, { outIsTerminal: true, width: 100 }, coloured);
    expect(text).toContain("\u001b[1ma        \u001b[22m");
  });

  it("gives tab-separated values with a header anywhere else, one line per row", () => {
    const text = tableText(COLUMNS, ROWS, { outIsTerminal: false, width: 20 }, plain);
    expect(text).toBe(
      "name\tn\twhy\n" +
        "a\t7\tcpu rose from a typical 31-44 % to 93 % at 14:05\n" +
        "stra\u00dfe-\u4e00\t1234\ttwo lines\n",
    );
  });
});
