import { createReadStream, statSync } from "node:fs";
import type { CallEdge } from "@foreshock/core/fold";
import { CsvError } from "../../files/csv-error.ts";
import { readCsvRecords } from "../../files/records.ts";
import { CliError, EXIT } from "../terminal/exit-code.ts";

/** Calls between nodes from a CSV with the columns `caller` and `callee`. @throws CsvError, CliError. */
export async function readCallGraph(path: string): Promise<CallEdge[]> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new CliError(
      `no file ${path}`,
      EXIT.error,
      "--graph takes a CSV with the columns caller and callee",
    );
  }
  const edges: CallEdge[] = [];
  let caller = -1;
  let callee = -1;
  const take = (fields: string[], line: number): void => {
    const names = fields.map((field) => field.trim());
    if (caller < 0) {
      caller = names.indexOf("caller");
      callee = names.indexOf("callee");
      if (caller >= 0 && callee >= 0) return;
      throw new CsvError(
        path,
        line,
        "no columns caller and callee",
        "begin the file with the line `caller,callee`",
      );
    }
    const from = names[caller] ?? "";
    const to = names[callee] ?? "";
    if (from === "" || to === "") {
      throw new CsvError(path, line, "a call without caller or callee", "name both nodes");
    }
    edges.push([from, to]);
  };
  for await (const _ of readCsvRecords({ name: path, bytes: createReadStream(path) }, take));
  if (caller < 0) {
    throw new CsvError(path, 0, "an empty file", "begin the file with the line `caller,callee`");
  }
  return edges;
}
