import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigProblem } from "./config.ts";

const FILE = "foreshock.json";
const FORMAT = 1;

/**
 * What a data folder was made with holds for its lifetime: the number of partitions decides where
 * every series is. Writes the note in a new folder. Returns the folder's number of partitions.
 *
 * @throws ConfigProblem for a folder of a newer version, or one whose note cannot be read.
 */
export function lockDataDir(dataDir: string, partitionCount: number): number {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) {
    writeFileSync(file, `${JSON.stringify({ format: FORMAT, partitionCount })}\n`, { mode: 0o600 });
    return partitionCount;
  }
  const note = readNote(file);
  if (note.format > FORMAT) {
    throw new ConfigProblem(`${file} was written by a newer version: update foreshock`);
  }
  return note.partitionCount;
}

function readNote(file: string): { format: number; partitionCount: number } {
  try {
    const note: unknown = JSON.parse(readFileSync(file, "utf8"));
    const { format, partitionCount } = note as Record<string, unknown>;
    if (typeof format === "number" && Number.isInteger(partitionCount)) {
      return { format, partitionCount: partitionCount as number };
    }
  } catch (error) {
    // Invalid JSON is reported below: the remedy is the same as for JSON without the fields.
    if (error instanceof SyntaxError) throw damaged(file);
    throw new ConfigProblem(
      `${file} cannot be read (${error instanceof Error ? error.message : String(error)}): check who may read it`,
    );
  }
  throw damaged(file);
}

function damaged(file: string): ConfigProblem {
  return new ConfigProblem(`${file} is damaged: restore it from a backup of the data folder`);
}
