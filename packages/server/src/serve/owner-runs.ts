import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { HostPool } from "../host/host-pool.ts";
import type { LinkOwner, OwnerLink } from "../partition/owner-link.ts";
import { HeartbeatReader, type Work } from "../watch/heartbeat.ts";
import { LostThread } from "../watch/lost-thread.ts";
import type { Watch } from "../watch/watchdog.ts";
import type { PlatformEvents } from "./platform-events.ts";
import type { Restarts } from "./restarts.ts";
import type { Strikes } from "./strikes.ts";

export interface OwnerRunsParts {
  readonly pool: PartitionPool;
  readonly hosts: HostPool;
  readonly link: LinkOwner;
  readonly restarts: Restarts;
  readonly watch: Watch | undefined;
  readonly strikes: Strikes;
  readonly events: Pick<PlatformEvents, "ownerEnded" | "ownerStarted" | "stalled">;
}

/** Runs the partition owners, and gives each host a line to each of them. */
export class OwnerRuns {
  readonly #parts: OwnerRunsParts;
  readonly #links = new Map<number, OwnerLink>();
  /** Owners whose files are open. */
  readonly #open = new Set<number>();
  #told = "";
  readonly #unwatch = new Map<number, () => void>();

  constructor(parts: OwnerRunsParts) {
    this.#parts = parts;
  }

  start(owner: number): void {
    const { pool, hosts, link } = this.#parts;
    pool.attach(owner, (events) => {
      const made = link(pool.partitionsOf(owner), events);
      this.#links.set(owner, made);
      this.#watch(owner, made);
      return made;
    });
    pool.opened(owner);
    // It answers once its files are open; the main thread has no series there.
    pool.askOwner(owner, { what: "open" }).then(
      () => this.#open.add(owner),
      () => {},
    );
    this.#tellQuarantine(owner);
    for (let host = 0; host < hosts.hostCount; host++) this.#connect(owner, host);
  }

  /** How many partitions are open, for people. */
  get progressText(): string {
    const { pool } = this.#parts;
    const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
    const all = owners.flatMap((owner) => pool.partitionsOf(owner));
    const open = owners.flatMap((owner) => (this.#open.has(owner) ? pool.partitionsOf(owner) : []));
    return `partitions open: ${open.length} of ${all.length}`;
  }

  /** What an owner did last. */
  workOf(owner: number): Work {
    const heartbeat = this.#links.get(owner)?.heartbeat;
    return heartbeat === undefined
      ? { what: "", tenantId: "" }
      : new HeartbeatReader(heartbeat).work();
  }

  /** Tells all owners whose points are not to be folded, where that has changed. */
  tellQuarantine(): void {
    const tenantIds = this.#parts.strikes.tenantIds().join(" ");
    if (tenantIds === this.#told) return;
    this.#told = tenantIds;
    for (const owner of this.#links.keys()) this.#tellQuarantine(owner);
  }

  #tellQuarantine(owner: number): void {
    const { pool, strikes } = this.#parts;
    pool.tell(owner, { type: "quarantine", tenantIds: strikes.tenantIds() });
  }

  /** Bytes of an owner's own thread; 0 where it does not run, or shares this one. */
  async memoryBytes(owner: number): Promise<number> {
    return this.#links.get(owner)?.memoryBytes?.() ?? 0;
  }

  /** Gives a host that was started its lines to all owners that run. */
  connectHost(host: number): void {
    for (const owner of this.#links.keys()) this.#connect(owner, host);
  }

  /** The owner has ended: it is started again after a while, and again until it runs. */
  ended(owner: number, error: Error): void {
    const { pool, hosts, restarts, events, strikes } = this.#parts;
    strikes.threadEnded(`owner ${owner}`, this.workOf(owner), error);
    this.#open.delete(owner);
    this.#unwatch.get(owner)?.();
    this.#links.delete(owner);
    hosts.ownerEnded(owner, error.message);
    const partitions = pool.partitionsOf(owner);
    const waitMs = restarts.again(owner, () => {
      this.start(owner);
      hosts.askAll({ what: "owner-open", owner }).then(
        () => {
          restarts.runs(owner);
          events.ownerStarted(partitions);
        },
        // It ended again, which is heard of elsewhere.
        () => {},
      );
    });
    if (waitMs !== undefined) events.ownerEnded(partitions, error, waitMs);
  }

  #watch(owner: number, { heartbeat }: OwnerLink): void {
    const { watch, events, pool, hosts } = this.#parts;
    if (heartbeat === undefined || watch === undefined) return;
    const unwatch = watch.watch(heartbeat, (stall) => {
      events.stalled(`partitions ${pool.partitionsOf(owner).join(", ")}`, stall);
      if (!stall.isStuck) return;
      const lost = new LostThread(`stood still for ${stall.forMs} ms`);
      // Hosts wait no longer for what it was asked, though its thread may not end for long.
      hosts.ownerEnded(owner, lost.message);
      void pool.end(owner, lost);
    });
    this.#unwatch.set(owner, unwatch);
  }

  #connect(owner: number, host: number): void {
    const link = this.#links.get(owner);
    if (link !== undefined) this.#parts.hosts.connect(host, owner, link.connect(host + 1));
  }
}
