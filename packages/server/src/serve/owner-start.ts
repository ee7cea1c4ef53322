import type { DurationMs } from "@foreshock/core/fold";
import type { SeriesDirectory, SeriesInfo } from "../dispatch/directory.ts";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { BehindTenant, OpenAnswer, StoredSeries } from "../partition/protocol.ts";
import type { After } from "./after.ts";

/** Wait before an owner that ended is started again; doubled each time it ends soon after. */
const FIRST_WAIT_MS = 1000;
const WAIT_MAX_MS = 60_000;

export interface OwnerStartParts {
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly directory: SeriesDirectory;
  /** Handles that their owner knows. */
  readonly announced: Set<number>;
  readonly after: After;
  readonly events: {
    ownerEnded(partitions: readonly number[], error: Error, againInMs: DurationMs): void;
    ownerStarted(partitions: readonly number[]): void;
  };
}

/** Brings partition owners to where they were: all at the start, one of them after it ended. */
export class OwnerStart {
  readonly #parts: OwnerStartParts;
  readonly #waits = new Map<number, DurationMs>();
  readonly #cancels = new Map<number, () => void>();
  #stopped = false;

  constructor(parts: OwnerStartParts) {
    this.#parts = parts;
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  /**
   * Opens all owners. The tenants' folds are restored when every series is known, and say from when on
   * each partition has to send them points again.
   */
  async all(tenantIds: readonly string[]): Promise<void> {
    const { pool, fleet } = this.#parts;
    const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
    const opened = await Promise.all(
      owners.map((owner) => pool.askStarting(owner, { what: "open" })),
    );
    const announced = opened.map(({ series }) => series.map((stored) => this.#announced(stored)));
    for (const tenantId of tenantIds) fleet.runner(tenantId);
    await Promise.all(
      announced.map(async (series, owner) => {
        const behind = this.#behind(opened[owner]!, tenantIds);
        await pool.askStarting(owner, { what: "announce", series, behind });
        pool.opened(owner);
      }),
    );
  }

  /** Starts an owner again after a while, and again until it runs. */
  again(owner: number, error: Error, started: () => void): void {
    if (this.#stopped) return;
    const { pool, events } = this.#parts;
    const waitMs = this.#waits.get(owner) ?? FIRST_WAIT_MS;
    this.#waits.set(owner, Math.min(2 * waitMs, WAIT_MAX_MS));
    events.ownerEnded(pool.partitionsOf(owner), error, waitMs);
    const start = (): void => {
      this.#one(owner).then(
        () => {
          events.ownerStarted(pool.partitionsOf(owner));
          started();
        },
        // It ended again, which the pool reports; or its files cannot be opened, which ends it.
        (failure: Error) => void pool.end(owner, failure),
      );
    };
    this.#cancels.set(owner, this.#parts.after(waitMs, start));
  }

  async #one(owner: number): Promise<void> {
    const { pool, announced, directory } = this.#parts;
    pool.start(owner);
    const own = new Set(pool.partitionsOf(owner));
    for (const { handle, partition } of directory.byHandle) {
      if (own.has(partition)) announced.delete(handle);
    }
    const { series } = await pool.askStarting(owner, { what: "open" });
    const stored = series.map((one) => this.#announced(one));
    await pool.askStarting(owner, { what: "announce", series: stored, behind: [] });
    pool.opened(owner);
    this.#waits.delete(owner);
  }

  #announced(stored: StoredSeries) {
    const { directory, announced } = this.#parts;
    const { tenantId, clusterId, nodeId, metricName, metadata, partition } = stored;
    const key = { tenantId, clusterId, nodeId, metricName };
    const known: SeriesInfo | undefined = directory.tenant(tenantId).find({ ...key, metadata });
    const info = known ?? directory.add(key, metadata);
    announced.add(info.handle);
    return { handle: info.handle, key, metadata, partition };
  }

  /** Tenants whose saved folds have not seen all that these partitions noted as detected. */
  #behind({ detected }: OpenAnswer, tenantIds: readonly string[]): BehindTenant[] {
    const behind: BehindTenant[] = [];
    for (const tenantId of tenantIds) {
      for (const [key, position] of Object.entries(detected)) {
        const partition = Number(key);
        const fromMs = this.#parts.fleet.behindSince(tenantId, partition, position);
        if (fromMs !== undefined) behind.push({ partition, tenantId, fromMs });
      }
    }
    return behind;
  }
}
