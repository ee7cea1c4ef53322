import type { SeriesInfo } from "../dispatch/directory.ts";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { OwnerLine } from "../partition/owner-link.ts";
import type { BehindTenant, OpenAnswer, Question, StoredSeries } from "../partition/protocol.ts";

type AnnounceQuestion = Extract<Question, { readonly what: "announce" }>;

export interface OwnerLinesParts {
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly directory: SeriesDirectory;
  /** Handles that their owner knows. */
  readonly announced: Set<number>;
  readonly tenantIds: () => readonly string[];
  /** Reads a tenant's saved fold back, a little at a time. */
  readonly openFold: (tenantId: string) => Promise<void>;
}

/** A host's lines to the partition owners, and what has to be said on each before it is used. */
export class OwnerLines {
  readonly #parts: OwnerLinesParts;
  /** Owners that this host's folds have heard before. */
  readonly #heard = new Set<number>();
  readonly #openings = new Map<number, Promise<void>>();

  constructor(parts: OwnerLinesParts) {
    this.#parts = parts;
  }

  /** Takes up a line; it can be used for points and questions once `open` has resolved. */
  attach(owner: number, line: OwnerLine): void {
    this.#parts.pool.attach(owner, (events) => {
      line.listen((message) => events.message(message));
      return {
        post: (message, columns) => line.post(message, columns),
        end: async () => {
          line.close();
        },
      };
    });
  }

  /**
   * Opens all owners that are there. The tenants' folds are restored when every series is known, and
   * say from when on each partition has to send them points again.
   */
  async openAll(): Promise<void> {
    const { pool, openFold, tenantIds } = this.#parts;
    const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
    const there = owners.filter((owner) => pool.isAttached(owner));
    const opened = await Promise.all(
      there.map(async (owner) => {
        const answer = await pool.askStarting(owner, { what: "open" });
        return { owner, answer, series: answer.series.map((one) => this.#announced(one)) };
      }),
    );
    for (const tenantId of tenantIds()) await openFold(tenantId);
    await Promise.all(
      opened.map(({ owner, answer, series }) =>
        this.#announce(owner, series, this.#behind(answer.detected)),
      ),
    );
  }

  /** Opens one owner that was started anew; its points that were scored before are known here. */
  open(owner: number): Promise<void> {
    const opening = this.#open(owner);
    this.#openings.set(owner, opening);
    return opening;
  }

  /** Resolves when what `open` began last is done. */
  async opened(owner: number): Promise<void> {
    await this.#openings.get(owner);
  }

  async #open(owner: number): Promise<void> {
    const { pool, announced, directory } = this.#parts;
    const own = new Set(pool.partitionsOf(owner));
    for (const { handle, partition } of directory.series) {
      if (own.has(partition)) announced.delete(handle);
    }
    const answer = await pool.askStarting(owner, { what: "open" });
    const series = answer.series.map((one) => this.#announced(one));
    await this.#announce(
      owner,
      series,
      this.#heard.has(owner) ? [] : this.#behind(answer.detected),
    );
  }

  /** A tenant that was switched off is folded again: its owners send what its saved fold has not seen. */
  async takeUp(tenantId: string): Promise<void> {
    const { pool, directory, fleet, openFold } = this.#parts;
    fleet.takingUp(tenantId);
    await openFold(tenantId);
    const byOwner = Map.groupBy(
      directory.tenant(tenantId).series,
      ({ partition }) => partition % pool.ownerCount,
    );
    await Promise.all(
      Array.from(byOwner, ([owner, infos]) => {
        const partitions = new Set(infos.map(({ partition }) => partition));
        const detected = Object.fromEntries(
          Array.from(partitions, (partition) => [partition, Number.MAX_SAFE_INTEGER]),
        );
        const behind = this.#behind(detected).filter((one) => one.tenantId === tenantId);
        const series = infos.map(({ handle, key, metadata, partition }) => {
          return { handle, key, metadata, partition };
        });
        return pool.askOwner(owner, { what: "announce", series, behind });
      }),
    );
    fleet.takenUp(tenantId);
  }

  async #announce(
    owner: number,
    series: AnnounceQuestion["series"],
    behind: readonly BehindTenant[],
  ): Promise<void> {
    const { pool } = this.#parts;
    await pool.askStarting(owner, { what: "announce", series, behind });
    this.#heard.add(owner);
    pool.opened(owner);
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
  #behind(detected: OpenAnswer["detected"]): BehindTenant[] {
    const { fleet, tenantIds } = this.#parts;
    const behind: BehindTenant[] = [];
    for (const tenantId of tenantIds()) {
      for (const [key, position] of Object.entries(detected)) {
        const partition = Number(key);
        const fromMs = fleet.behindSince(tenantId, partition, position);
        if (fromMs !== undefined) behind.push({ partition, tenantId, fromMs });
      }
    }
    return behind;
  }
}
