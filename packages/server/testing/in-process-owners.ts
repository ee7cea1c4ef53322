import { MAIN_CLIENT } from "../src/partition/clients.ts";
import type { LinkOwner, OwnerEvents, OwnerLine, OwnerLink } from "../src/partition/owner-link.ts";
import { PartitionOwner } from "../src/partition/partition-owner.ts";
import type { FromWorker, ToWorker } from "../src/partition/protocol.ts";
import type { Disk } from "../src/store/sqlite/disk.ts";

/** Points folded between two looks at the mail, as in a worker. */
const SLICE_POINTS = 20_000;

/** Runs work in a turn of its own; works of one lane keep their order. */
export type Later = (lane: string, work: () => void) => void;

export interface InProcessOptions {
  readonly dataDir: string;
  readonly later: Later;
  readonly disk?: Disk;
  /** Main thread and hosts. Default 1. */
  readonly clientCount?: number;
}

/**
 * Partition owners in this thread: the real store, the real folds, the real protocol, with messages
 * copied and handed over as between threads. Who runs when is up to `later`; faults are the caller's.
 */
export class InProcessOwners {
  readonly #options: InProcessOptions;
  readonly #running = new Map<string, RunningOwner>();

  constructor(options: InProcessOptions) {
    this.#options = options;
  }

  readonly link: LinkOwner = (partitions, events) => {
    const lane = `owner ${partitions.join("+")}`;
    const owner = new RunningOwner(this.#options, partitions, lane, events);
    this.#running.set(lane, owner);
    return owner;
  };

  /** Lanes of the owners that run. */
  get lanes(): readonly string[] {
    return [...this.#running].filter(([, owner]) => owner.isRunning).map(([lane]) => lane);
  }

  /** Ends an owner as an exception in its thread would: nothing more is heard of it. */
  async kill(lane: string): Promise<void> {
    const owner = this.#running.get(lane);
    if (owner === undefined || !owner.isRunning) return;
    await owner.end();
    owner.events.ended(new Error("killed by the test"));
  }
}

class RunningOwner implements OwnerLink {
  readonly events: OwnerEvents;
  readonly #later: Later;
  readonly #lane: string;
  #owner: PartitionOwner | undefined;
  #awake = false;
  #closed: (() => void) | undefined;
  readonly #lines = new Map<number, LocalLine>();

  constructor(
    { dataDir, disk, later, clientCount }: InProcessOptions,
    partitions: readonly number[],
    lane: string,
    events: OwnerEvents,
  ) {
    this.events = events;
    this.#later = later;
    this.#lane = lane;
    try {
      this.#owner = new PartitionOwner(
        { dataDir, partitions, scrubEveryMs: 0, disk, clientCount },
        (client, message, columns = []) => this.#deliver(client, message, columns),
        () => this.#wake(),
      );
    } catch (error) {
      later(lane, () => events.ended(error as Error));
    }
  }

  get isRunning(): boolean {
    return this.#owner !== undefined;
  }

  post(message: ToWorker, columns: readonly ArrayBuffer[] = []): void {
    this.#send(message, columns, () => true);
  }

  /** What is still in the mail when its line is cut is not delivered. */
  #send(message: ToWorker, columns: readonly ArrayBuffer[], isUp: () => boolean): void {
    const copy = structuredClone(message, { transfer: [...columns] });
    this.#later(`${this.#lane} in`, () => {
      const owner = this.#owner;
      if (owner === undefined || !isUp()) return;
      this.#guarded(() => owner.hear(copy));
      this.#wake();
    });
  }

  connect(client: number): OwnerLine {
    this.#lines.get(client)?.close();
    const line = new LocalLine(
      (message, columns = []) => {
        this.#send(message, columns, () => this.#lines.get(client) === line);
      },
      () => {
        if (this.#lines.get(client) !== line) return;
        this.#lines.delete(client);
        this.#owner?.forget(client);
      },
    );
    this.#owner?.forget(client);
    this.#lines.set(client, line);
    return line;
  }

  /** What it had written stays, what waits in its mail is lost; its files are free afterwards. */
  async end(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    this.#owner = undefined;
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    owner.hear({ type: "ask", id: 0, question: { what: "close" } });
    await closed;
  }

  #deliver(client: number, message: FromWorker, columns: readonly ArrayBuffer[]): void {
    if (this.#owner === undefined) {
      if (message.type === "answer" || message.type === "refused") this.#closed?.();
      return;
    }
    const copy = structuredClone(message, { transfer: [...columns] });
    const line = this.#lines.get(client);
    this.#later(`${this.#lane} out ${client}`, () => {
      if (this.#owner === undefined) return;
      if (client === MAIN_CLIENT) this.events.message(copy);
      else if (line !== undefined && this.#lines.get(client) === line) line.hear(copy);
    });
  }

  #wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#later(this.#lane, () => {
      this.#awake = false;
      const owner = this.#owner;
      if (owner === undefined) return;
      this.#guarded(() => {
        if (owner.turn(SLICE_POINTS)) this.#wake();
      });
    });
  }

  /** What would end a worker ends this owner. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      void this.end().then(() => this.events.ended(error as Error));
    }
  }
}

/** A host's end of a line to an owner in the same thread. */
class LocalLine implements OwnerLine {
  readonly post: OwnerLine["post"];
  readonly close: () => void;
  hear: (message: FromWorker) => void = () => {};

  constructor(post: OwnerLine["post"], close: () => void) {
    this.post = post;
    this.close = close;
  }

  listen(hear: (message: FromWorker) => void): void {
    this.hear = hear;
  }
}
