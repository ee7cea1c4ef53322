import type { ListedEngine } from "@foreshock/core/fold";
import { type Context, printJson } from "../terminal/context.ts";
import { EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { engines } from "./engines.ts";

const COLUMNS: readonly TableColumn<ListedEngine>[] = [
  { title: "ENGINE", text: ({ name }) => name },
  { title: "HERE", text: ({ available }) => (available ? "yes" : "no") },
  { title: "WHAT", text: whatText },
];

/** `foreshock engines`: which engines `detect` can run here, and why not the others. */
export function listEngines(context: Context): ExitCode {
  const rows = engines().list();
  if (context.flags.json === true) {
    const data = rows.map(({ name, summary, available, unavailability }) => ({
      engine: name,
      summary,
      available,
      reason: unavailability?.reason ?? null,
      install: unavailability?.install ?? null,
    }));
    printJson(context, { data, nextCursor: null });
    return EXIT.ok;
  }
  context.io.out(tableText(COLUMNS, rows, context.io, context.colors));
  return EXIT.ok;
}

function whatText({ summary, unavailability }: ListedEngine): string {
  if (unavailability === undefined) return summary;
  return `${summary}; ${unavailability.reason}. Install it with: ${unavailability.install}`;
}
