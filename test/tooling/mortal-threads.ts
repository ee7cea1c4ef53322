import type { LinkOwner, OwnerLink } from "../../packages/server/src/partition/owner-link.ts";
import { threadOwners } from "../../packages/server/src/partition/thread-owner.ts";

/** Worker threads of partitions that the test can have die of an exception of their own. */
export class MortalThreads {
  /** By their partitions, "0,2". */
  readonly #running = new Map<string, OwnerLink>();
  readonly deaths: string[] = [];
  readonly #hostCount: number;

  constructor(hostCount = 2) {
    this.#hostCount = hostCount;
  }

  readonly link = (dataDir: string): LinkOwner => {
    const start = threadOwners({ dataDir, scrubEveryMs: 0, clientCount: this.#hostCount + 1 });
    return (partitions, events) => {
      const name = partitions.join(",");
      const link = start(partitions, {
        ...events,
        ended: (error) => {
          this.deaths.push(`${name}: ${error.message}`);
          events.ended(error);
        },
      });
      this.#running.set(name, link);
      return link;
    };
  };

  /** A message that no sender sends: the thread cannot read it, and ends. */
  kill(partitions: string): void {
    const link = this.#running.get(partitions);
    if (link === undefined) throw new Error(`no thread owns ${partitions}`);
    link.post({ type: "append", ticket: 0, parts: undefined as never });
  }
}
