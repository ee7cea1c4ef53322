/**
 * The store cannot accept or return data now: disk full, input/output error, closed. Nothing that was
 * acknowledged is lost. `retryable` says whether the same call can succeed later without a restart.
 */
export class StoreUnavailable extends Error {
  readonly reason: StoreFault;
  readonly retryable: boolean;

  constructor(reason: StoreFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StoreUnavailable";
    this.reason = reason;
    this.retryable = RETRYABLE.has(reason);
  }
}

export type StoreFault =
  | "disk-full"
  | "disk-silent"
  | "io-error"
  | "sync-failed"
  | "backlog"
  | "in-use"
  | "closed";

const RETRYABLE: ReadonlySet<StoreFault> = new Set([
  "disk-full",
  "disk-silent",
  "io-error",
  "backlog",
]);

/** A file was written by a newer Foreshock. It was not touched; run that version, or restore a backup. */
export class StoreTooNew extends Error {
  constructor(file: string, found: number, known: number) {
    super(
      `${file} has format ${found}, this version knows formats up to ${known}: ` +
        "start the newer Foreshock that wrote it, or point to another data directory",
    );
    this.name = "StoreTooNew";
  }
}

/** SQLite found that a file is not what it had written. */
export class StoreCorrupt extends Error {
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file} is damaged: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = "StoreCorrupt";
    this.file = file;
  }
}

// Primary result codes of SQLite (sqlite.org/rescode.html); the low byte of an extended code.
const BUSY = 5;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
const IOERR_FSYNC = 1034;
const IOERR_DIR_FSYNC = 1290;

/** What an error of node:sqlite or node:fs means for the store; other errors come back as they are. */
export function storeError(error: unknown, file: string): unknown {
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(file, error);
  if (code === "EIO") return new StoreUnavailable("io-error", `${file}: input/output error`, error);
  // A whole number beyond 2^53: we never write one.
  if (code === "ERR_OUT_OF_RANGE") return new StoreCorrupt(file, error);
  if (typeof errcode !== "number") return error;
  if (errcode === IOERR_FSYNC || errcode === IOERR_DIR_FSYNC) {
    // After a failed fsync the kernel may have dropped the pages: a second try proves nothing.
    return new StoreUnavailable(
      "sync-failed",
      `${file} could not be synced; restart needed`,
      error,
    );
  }
  switch (errcode & 0xff) {
    case FULL:
      return diskFull(file, error);
    case IOERR:
    case CANTOPEN:
      return new StoreUnavailable("io-error", `${file}: ${(error as Error).message}`, error);
    case BUSY:
      return new StoreUnavailable("in-use", `${file} is in use by another process`, error);
    case CORRUPT:
    case NOTADB:
      return new StoreCorrupt(file, error);
    default:
      return error;
  }
}

/** Whether the file or the disk is at fault, and not what was to be written. */
export function isStoreFault(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof StoreCorrupt;
}

/** Runs `work`; errors of the database come out as the store's own. */
export function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeError(error, file);
  }
}

function diskFull(file: string, cause: unknown): StoreUnavailable {
  return new StoreUnavailable("disk-full", `no room to write ${file}; free disk space`, cause);
}
