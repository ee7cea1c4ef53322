import { createReadStream, type Stats, statSync } from "node:fs";
import { basename, relative } from "node:path";
import { CliError, EXIT } from "./exit-code.ts";
import { filesIn } from "./folder.ts";
import type { Io } from "./io.ts";

/** One CSV to read: a file, or standard input. */
export interface CsvInput {
  /** As errors name it. */
  readonly name: string;
  /** The file's name without folder and endings: what its node is called where no column says. */
  readonly stem: string;
  /** Of a regular file; undefined for standard input, pipes and devices, which can be read once. */
  readonly path: string | undefined;
  /** Path inside the folder that was given; the file's own name otherwise. */
  readonly inside: string;
  /** Size; 0 where it is not known. */
  readonly bytes: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

const CSV_NAME = /\.(csv|tsv)(\.gz)?$/i;
/** What a file may end with that is read when it is named itself. */
const FILE_ENDING = /\.(csv|tsv|json|txt)(\.gz)?$/i;
/** Fewer, larger reads than the default of 64 KB. */
const READ_BYTES = 256 * 1024;

/**
 * One file or `-`. Pipes and devices are read as they come, once.
 *
 * @throws CliError where it cannot be read.
 */
export function csvInput(path: string, io: Pick<Io, "stdin">): CsvInput {
  if (path === "-") {
    const open = () => io.stdin;
    return { name: "stdin", stem: "stdin", path: undefined, inside: "stdin.csv", bytes: 0, open };
  }
  const stat = statOf(path);
  if (stat.isDirectory()) {
    throw new CliError(`${path} is a folder`, EXIT.usage, "name the files in it");
  }
  if (stat.isSocket()) {
    throw new CliError(`${path} is a socket`, EXIT.usage, "name a file, or pipe it in with -");
  }
  const input = fileInput(path, basename(path), stat.isFile() ? stat.size : 0);
  return stat.isFile() ? input : { ...input, path: undefined };
}

/** The CSV files of a folder and the folders in it, each once, in the order of their paths. */
export function folderInputs(folder: string): CsvInput[] {
  const files = filesIn(folder, (name) => CSV_NAME.test(name));
  if (files.length === 0) {
    throw new CliError(
      `no .csv, .tsv, .csv.gz or .tsv.gz file in ${folder}`,
      EXIT.error,
      "name the folder that holds them",
    );
  }
  return files.map((path) => fileInput(path, relative(folder, path), statSync(path).size));
}

export function isFolder(path: string): boolean {
  return path !== "-" && statOf(path).isDirectory();
}

/** The same bytes; `count` is called with the size of each chunk. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    count(chunk.length);
    yield chunk;
  }
}

function fileInput(path: string, inside: string, bytes: number): CsvInput {
  const open = () => createReadStream(path, { highWaterMark: READ_BYTES });
  const stem = basename(path).replace(FILE_ENDING, "") || basename(path);
  return { name: path, stem, path, inside, bytes, open };
}

function statOf(path: string): Stats {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat !== undefined) return stat;
  throw new CliError(`no file or folder ${path}`, EXIT.error, "check the path; - reads stdin");
}
