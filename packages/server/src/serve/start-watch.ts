import type { Work } from "../watch/heartbeat.ts";

/** Errors of files that no second try opens: rights, a newer format, another process that has them. */
const FILE_ERRORS: ReadonlySet<string> = new Set([
  ...["StoreTooNew", "StoreUnavailable", "StoreCorrupt", "FileProblem"],
]);
/** What a thread does until its files are open. */
const OPENING: ReadonlySet<string> = new Set(["", "open"]);

/** How far the start has come: it is over when every host has taken up its tenants, or when it has failed. */
export class StartWatch {
  readonly done: Promise<void>;
  readonly #toStart: Set<number>;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(hostCount: number) {
    this.#toStart = new Set(Array.from({ length: hostCount }, (_, host) => host));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    // Whoever waits hears of it; nobody has to.
    promise.catch(() => {});
  }

  hostIsUp(host: number): void {
    this.#toStart.delete(host);
    if (this.#toStart.size === 0) this.#resolve();
  }

  failed(error: Error): void {
    this.#reject(error);
  }

  /** A thread ended: the start fails where its files cannot be opened at all; else it is started again. */
  threadEnded(error: Error, { what }: Work): void {
    if (FILE_ERRORS.has(error.name) && OPENING.has(what)) this.failed(error);
  }
}
