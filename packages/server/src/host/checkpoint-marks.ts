import type { MarkMessage, Positions } from "../partition/protocol.ts";
import { Unavailable } from "../platform/platform-errors.ts";

interface Marks {
  readonly owners: Set<number>;
  /** Why the checkpoint cannot be taken here. */
  failure?: Error;
  positions: Positions;
}

interface Waiting {
  readonly checkpoint: number;
  resolve(positions: Positions): void;
  reject(error: Error): void;
}

/**
 * The marks that a checkpoint leaves in the mail of each partition owner. Whoever has seen all of them
 * has heard everything up to the positions that they name.
 */
export class CheckpointMarks {
  readonly #ownerCount: number;
  readonly #marks = new Map<number, Marks>();
  #waiting: Waiting | undefined;

  constructor(ownerCount: number) {
    this.#ownerCount = ownerCount;
  }

  /**
   * @param isOpen whether the owner has sent all that it had when it was started: if not, its positions are
   * ahead of what was heard, and the checkpoint cannot be taken.
   */
  heard(owner: number, { checkpoint, positions }: MarkMessage, isOpen: boolean): void {
    const marks: Marks = this.#marks.get(checkpoint) ?? { owners: new Set(), positions: {} };
    this.#marks.set(checkpoint, marks);
    if (!isOpen) marks.failure = new Unavailable("owner/ended", `owner ${owner} is being opened`);
    marks.owners.add(owner);
    marks.positions = { ...marks.positions, ...positions };
    this.#settle();
  }

  /** An owner has ended: a checkpoint that waits for its mark cannot be taken. */
  lost(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#marks.clear();
  }

  /** Resolves with the positions of all partitions when all marks of a checkpoint have come. */
  all(checkpoint: number): Promise<Positions> {
    this.#waiting?.reject(new Error("a newer checkpoint has begun"));
    return new Promise((resolve, reject) => {
      this.#waiting = { checkpoint, resolve, reject };
      for (const older of this.#marks.keys()) if (older < checkpoint) this.#marks.delete(older);
      this.#settle();
    });
  }

  #settle(): void {
    const waiting = this.#waiting;
    const marks = waiting === undefined ? undefined : this.#marks.get(waiting.checkpoint);
    if (waiting === undefined || marks?.owners.size !== this.#ownerCount) return;
    this.#waiting = undefined;
    this.#marks.delete(waiting.checkpoint);
    if (marks.failure === undefined) waiting.resolve(marks.positions);
    else waiting.reject(marks.failure);
  }
}
