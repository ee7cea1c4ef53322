import type { Work } from "../watch/heartbeat.ts";

/** Errors of files that no second try opens: rights, a newer format, another process that has them. */
const FILE_ERRORS: ReadonlySet<string> = new Set([
  ...["StoreTooNew", "StoreUnavailable", "StoreCorrupt", "FileProblem"],
]);
/** What a thread does until its files are open. */
const OPENING: ReadonlySet<string> = new Set(["", "open"]);

/** The end of a start: every host has taken up its tenants, or it has failed. */
export class StartWatch {
  readonly #end = Promise.withResolvers<void>();

  constructor() {
    // Whoever waits hears of it; nobody has to.
    this.#end.promise.catch(() => {});
  }

  /** @throws why the start has failed. */
  get done(): Promise<void> {
    return this.#end.promise;
  }

  succeeded(): void {
    this.#end.resolve();
  }

  failed(error: Error): void {
    this.#end.reject(error);
  }

  /** A thread ended: the start fails where its files cannot be opened at all; else it is started again. */
  threadEnded(error: Error, { what }: Work): void {
    if (FILE_ERRORS.has(error.name) && OPENING.has(what)) this.failed(error);
  }
}
