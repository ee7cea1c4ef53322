import { largestOf } from "@foreshock/core/fold";
import type { PageTable } from "../page-table.ts";

/** Tables for a terminal: columns aligned, marks of the page's bold print left out. */
export function printTables(tables: readonly PageTable[]): void {
  for (const { title, header, rows } of tables) {
    const plain = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll(/\*\*|`/g, "")));
    const widths = header.map((_, k) => largestOf(plain.map((row) => (row[k] ?? "").length)));
    const line = (row: readonly string[]) =>
      row
        .map((cell, k) => cell.padEnd(widths[k]!))
        .join("  ")
        .trimEnd();
    console.log(`\n${title}\n${plain.map(line).join("\n")}`);
  }
}
