import { shownText } from "./shown-text.ts";

/** What spreadsheets take for the beginning of a formula, also in its full width and after blanks. */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
/** These begin like a formula and are none; a dash alone stands for "nothing". */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Text as a cell of a table that a spreadsheet may open: a formula is text (a quote stands before it)
 * and hidden characters are shown. Source: OWASP, "CSV Injection".
 */
export function spreadsheetText(text: string): string {
  const shown = shownText(text);
  const isFormula = FORMULA.test(text) && !NUMBER.test(text) && text !== "-";
  return isFormula ? `'${shown}` : shown;
}

/** The same as a cell of a CSV. */
export function csvCell(text: string): string {
  const cell = spreadsheetText(text);
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
