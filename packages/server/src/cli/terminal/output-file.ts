import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { CliError, EXIT } from "./exit-code.ts";

/** Names under which an open file of this process can be reached. */
const OPEN_FILE = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d{1,6})$/;
const STREAMS: Readonly<Record<string, number>> = { "/dev/stdout": 1, "/dev/stderr": 2 };
/** Of what is made: for its owner to write and for everybody to read, less the process's mask. */
const NEW_FILE_MODE = 0o666;

/**
 * Writes pieces to `path`. A regular file, or one that is not there yet, appears whole or not at all;
 * a link is followed to it. Pipes, devices and open streams are written into as they are.
 *
 * @throws CliError for a folder or a socket.
 */
export function writeOut(path: string, pieces: Iterable<Uint8Array>): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    throw new CliError(`${path} is a folder`, EXIT.usage, "name a file in it");
  }
  if (stat?.isSocket() === true) {
    throw new CliError(`${path} is a socket`, EXIT.usage, "name a file");
  }
  const open = openStream(path);
  if (open !== undefined && stat?.isFile() === true) writeAll(open, pieces);
  else if (stat?.isFile() === false || isLinkToNothing(path, stat)) writeInto(path, pieces);
  else replace(stat === undefined ? path : realpathSync(path), stat, pieces);
}

/** Where the path is another name of an open file, as /dev/stdout is: its number. */
function openStream(path: string): number | undefined {
  const number = STREAMS[path] ?? OPEN_FILE.exec(path)?.[1];
  if (number === undefined) return undefined;
  fstatSync(Number(number));
  return Number(number);
}

function isLinkToNothing(path: string, stat: Stats | undefined): boolean {
  return stat === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function writeInto(path: string, pieces: Iterable<Uint8Array>): void {
  const file = openSync(path, "w", NEW_FILE_MODE);
  try {
    writeAll(file, pieces);
  } finally {
    closeSync(file);
  }
}

/** The new file has the rights of the one it replaces. */
function replace(path: string, stat: Stats | undefined, pieces: Iterable<Uint8Array>): void {
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  const file = openSync(partial, "wx", stat === undefined ? NEW_FILE_MODE : stat.mode & 0o777);
  try {
    writeAll(file, pieces);
    closeSync(file);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeAll(file: number, pieces: Iterable<Uint8Array>): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
  }
}
