import { type Severity, severityOf } from "@foreshock/core/fold";
import type { Colors } from "./io.ts";
import type { TableColumn } from "./table.ts";

/** A score as people read it: 0.97 is 97. */
export function scoreText(score: number): string {
  return Number.isFinite(score) ? String(Math.min(99, Math.floor(100 * score))) : "-";
}

/** Terminal colours of the severity words; the word itself is always shown too. */
export function painted(text: string, severity: Severity, colors: Colors): string {
  if (severity === "critical") return colors.bold(colors.magenta(text));
  if (severity === "major") return colors.red(text);
  if (severity === "moderate") return colors.yellow(text);
  if (severity === "low") return colors.cyan(text);
  return colors.dim(text);
}

/** The first two columns of every ranked table. */
export function severityColumns<Row>(scoreOf: (row: Row) => number): TableColumn<Row>[] {
  return [
    {
      title: "SEV",
      text: (row) => severityOf(scoreOf(row)),
      paint: (text, row, colors) => painted(text, severityOf(scoreOf(row)), colors),
    },
    { title: "SCORE", right: true, text: (row) => scoreText(scoreOf(row)) },
  ];
}

/** A share of a node's value: `62 %`; nothing where it does not count. */
export function shareText(share: number | null): string {
  return share === null || share === 0 ? "" : `${Math.round(100 * share)} %`;
}
