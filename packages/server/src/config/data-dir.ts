import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigProblem } from "./config.ts";
import { privateFile, privateFolder } from "./private-files.ts";

const FILE = "foreshock.json";
const FORMAT = 1;
const PARTITION = /^p(\d+)$/;

interface Note {
  readonly format: number;
  readonly partitionCount: number;
}

/**
 * What a data folder was made with holds for its lifetime: the number of partitions decides where
 * every series is. Writes the note in a new folder; where it cannot be read, the partitions' own folders
 * say how many there are: the damaged note is kept beside. Returns the folder's number of partitions.
 *
 * @throws ConfigProblem for a folder of a newer version, or one that is not whole; FileProblem.
 */
export function lockDataDir(dataDir: string, partitionCount: number): number {
  privateFolder(dataDir);
  const file = join(dataDir, FILE);
  if (!existsSync(file)) {
    const count = countOfFolders(dataDir) ?? partitionCount;
    writeNote(file, count);
    return count;
  }
  privateFile(file);
  const note = readNote(file);
  if (note !== undefined && note.format > FORMAT) {
    throw new ConfigProblem(`${file} was written by a newer version: update foreshock`);
  }
  if (note !== undefined) return note.partitionCount;
  const known = countOfFolders(dataDir);
  if (known === undefined) {
    throw new ConfigProblem(
      `${file} is damaged, and ${dataDir} holds no folders p0, p1 ... that would say what was in it: ` +
        "restore the data folder from a backup, or give another one",
    );
  }
  renameSync(file, freeName(file));
  writeNote(file, known);
  return known;
}

/** Undefined where there are none. @throws ConfigProblem where one is missing. */
function countOfFolders(dataDir: string): number | undefined {
  const numbers = readdirSync(dataDir, { withFileTypes: true }).flatMap((entry) => {
    const match = entry.isDirectory() ? PARTITION.exec(entry.name) : null;
    return match === null ? [] : [Number(match[1])];
  });
  if (numbers.length === 0) return undefined;
  const count = 1 + numbers.reduce((a, b) => Math.max(a, b));
  if (count === numbers.length) return count;
  const missing = Array.from({ length: count }, (_, p) => p).filter((p) => !numbers.includes(p));
  throw new ConfigProblem(
    `${join(dataDir, FILE)} cannot be used, and of the partitions' folders ${missing
      .map((p) => `p${p}`)
      .join(", ")} are missing: restore the data folder from a backup`,
  );
}

function writeNote(file: string, partitionCount: number): void {
  writeFileSync(file, `${JSON.stringify({ format: FORMAT, partitionCount })}\n`, { mode: 0o600 });
}

/** Undefined where it is damaged. */
function readNote(file: string): Note | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(file, "utf8"));
    const { format, partitionCount } = note as Record<string, unknown>;
    const isSound =
      typeof format === "number" && Number.isInteger(partitionCount) && Number(partitionCount) > 0;
    return isSound ? { format, partitionCount: partitionCount as number } : undefined;
  } catch {
    return undefined;
  }
}

function freeName(file: string): string {
  let number = 1;
  while (existsSync(`${file}.damaged-${number}`)) number++;
  return `${file}.damaged-${number}`;
}
