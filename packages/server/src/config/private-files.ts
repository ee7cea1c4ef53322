import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

/** A file or folder of ours cannot be used as it is; the message names it, the cause and the remedy. */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
}

/** Makes a folder that nobody else can look into; an existing one is tightened. @throws FileProblem. */
export function privateFolder(dir: string): void {
  const known = statOf(dir);
  if (known !== undefined && !known.isDirectory()) {
    throw new FileProblem(`${dir} is a file, and a folder is expected there: move it away`);
  }
  try {
    mkdirSync(dir, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw deniedBy(error, `the folder ${dir} cannot be made`);
  }
  tighten(dir, FOLDER_MODE);
  demand(dir, constants.R_OK | constants.W_OK | constants.X_OK, "written to");
}

/**
 * Makes a file, empty, that nobody else can read, where there is none; an existing one is tightened.
 * SQLite gives the files beside a database the mode of the database.
 *
 * @throws FileProblem where it cannot be read and written.
 */
export function privateFile(file: string): void {
  const known = statOf(file);
  if (known !== undefined && !known.isFile()) {
    throw new FileProblem(`${file} is not a regular file, and one is expected there: move it away`);
  }
  if (known === undefined) {
    demand(dirname(file), constants.W_OK | constants.X_OK, "written to");
    try {
      closeSync(openSync(file, "a", FILE_MODE));
    } catch (error) {
      throw deniedBy(error, `${file} cannot be made`);
    }
    return;
  }
  demand(file, constants.R_OK, "read");
  demand(file, constants.W_OK, "written to");
  tighten(file, FILE_MODE);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw deniedBy(error, `${path} cannot be looked at`);
  }
}

/** Where the file is another user's it stays as it is: who may read it is up to that user. */
function tighten(path: string, mode: number): void {
  if ((statSync(path).mode & OTHERS) === 0) return;
  try {
    chmodSync(path, mode);
  } catch {
    // Not ours to change, or a file system without modes.
  }
}

function demand(path: string, rights: number, what: string): void {
  try {
    accessSync(path, rights);
  } catch (error) {
    throw deniedBy(error, `${path} cannot be ${what}`);
  }
}

function deniedBy(error: unknown, what: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EROFS") {
    return new FileProblem(
      `${what}: its file system is read-only; mount it so that it can be written`,
    );
  }
  if (code !== "EACCES" && code !== "EPERM") return error;
  return new FileProblem(
    `${what}: the user that runs foreshock has no right to; give it that right, or choose another data folder`,
  );
}
