import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmlessJson } from "../../observe/hidden-characters.ts";
import { shownLines, shownText, shownValue } from "./shown-text.ts";
import { csvCell, spreadsheetText } from "./spreadsheet-text.ts";
import { tableText } from "./table.ts";

/** Text of which much is what a terminal obeys. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom("\u001b[31m", "\u009b2J", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028"),
      fc.constantFrom("\0", "\t", "\r", "\n", "\u007f", "\u0085", "\ud800", "\u{e0041}", "é", "▁"),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe("text that a person is shown", () => {
  it("by hand: pictures for controls, numbers for what has none; letters of any script as they are", () => {
    expect(shownText("a\u001b[31m\u0000\u007f")).toBe("a␛[31m␀␡");
    expect(shownText("\u009b2J\u202eabc\u2066\u200b\ufeff\u{e0041}")).toBe(
      "\\u{9b}2J\\u{202e}abc\\u{2066}\\u{200b}\\u{feff}\\u{e0041}",
    );
    expect(shownText("Zürich 東京 مدينة")).toBe("Zürich 東京 مدينة");
    expect(shownLines("one\ntwo\r\n")).toBe("one\ntwo␍\n");
  });

  it("holds nothing that a terminal obeys, whatever it was, in every part of a value", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(shownText(text)).not.toMatch(OBEYED);
        const shown = shownValue({ a: [text, { b: text, n: 1, none: null }] });
        expect(shown).toEqual({ a: [shownText(text), { b: shownText(text), n: 1, none: null }] });
      }),
      { numRuns: 2000 },
    );
  });

  it("is JSON of the same value with nothing that a terminal obeys", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const json = harmlessJson(JSON.stringify({ [text]: text }, undefined, 2));
        expect(json.replaceAll("\n", "")).not.toMatch(OBEYED);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
      { numRuns: 2000 },
    );
  });

  it("is no formula in a table for scripts, and obeys nothing in one for people", () => {
    const rows = [{ name: "=1+1\u001b[2J", count: "-5" }];
    const columns = [
      { title: "NAME", text: (row: { name: string }) => row.name },
      { title: "COUNT", text: (row: { count: string }) => row.count },
    ];
    const plain = { bold: String, dim: String } as never;
    const piped = tableText(columns, rows, { outIsTerminal: false, width: 80 }, plain);
    expect(piped).toBe("name\tcount\n'=1+1␛[2J\t-5\n");
    const seen = tableText(columns, rows, { outIsTerminal: true, width: 80 }, plain);
    expect(seen).toContain("=1+1␛[2J");
    expect(seen.replaceAll("\n", "")).not.toMatch(OBEYED);
  });
});

describe("a cell that a spreadsheet opens", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'␉=1"],
    ["\r=1", "'␍=1"],
    ["\tplain", "'␉plain"],
    ["  =1", "'  =1"],
    ["＝1+1", "'＝1+1"],
    ["plain", "plain"],
    ["-", "-"],
    ["-5", "-5"],
    ["+1.5e-3", "+1.5e-3"],
    ["-.5", "-.5"],
    ["", ""],
  ])("%j is %j", (text, cell) => {
    expect(spreadsheetText(text)).toBe(cell);
  });

  it("is quoted as CSV after that", () => {
    expect(csvCell('=HYPERLINK("http://x","y")')).toBe('"\'=HYPERLINK(""http://x"",""y"")"');
    expect(csvCell("a,b")).toBe('"a,b"');
    expect(csvCell("a\nb")).toBe("a␊b");
  });
});
