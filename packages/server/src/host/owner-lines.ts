import type { SeriesInfo } from "../dispatch/directory.ts";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { BehindTenant, NumberedSeries, PlacedSeries } from "../partition/fresh-series.ts";
import type { OwnerLine } from "../partition/owner-link.ts";
import type { OpenAnswer } from "../partition/protocol.ts";
import { nameAt, type StoredSeries } from "../partition/stored-series.ts";
import { TenantFailed, Unavailable } from "../platform/platform-errors.ts";

export interface OwnerLinesParts {
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly directory: SeriesDirectory;
  /** Handles that their owner knows. */
  readonly announced: Set<number>;
  /** Tenants that have been taken up. */
  readonly tenantIds: () => readonly string[];
  /** An owner could not catch up this tenant. */
  readonly failed: (tenantId: string, error: unknown) => void;
}

/** What is known of an owner since it was opened. */
interface Opened {
  readonly detected: OpenAnswer["detected"];
  /** Tenants whose series it knows under this host's numbers. */
  readonly knows: Set<string>;
  /** Tenants whose series it has been given the numbers of, and reads the folds back. */
  readonly named: Map<string, Named>;
  /** What it has stored of each tenant, until it is named. */
  readonly stored: Map<string, NumberedSeries[]>;
}

interface Named {
  readonly handles: Int32Array;
  readonly done: Promise<unknown>;
}

/**
 * A host's lines to the partition owners, and what has to be said on each before it is used. Tenants are
 * announced one by one, so that one with much to catch up holds up nobody else.
 */
export class OwnerLines {
  readonly #parts: OwnerLinesParts;
  readonly #opened = new Map<number, Opened>();
  /** Tenants of whom this host's folds have heard everything, by owner; they stay when the owner is another. */
  readonly #heard = new Map<number, Set<string>>();
  /** How often tenants' folds have begun again: positions that owners noted say nothing about those. */
  readonly #again = new Map<string, number>();
  readonly #openings = new Map<number, Promise<void>>();

  constructor(parts: OwnerLinesParts) {
    this.#parts = parts;
  }

  /** Takes up a line; it can be used for points and questions once it is opened. */
  attach(owner: number, line: OwnerLine): void {
    this.#opened.delete(owner);
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

  /** Opens all owners that are there: every series is known afterwards. Who ends meanwhile comes again. */
  async openAll(): Promise<void> {
    const { pool } = this.#parts;
    const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
    const there = owners.filter((owner) => pool.isAttached(owner));
    await Promise.allSettled(
      there.map(async (owner) => {
        await this.#ask(owner);
        pool.opened(owner);
      }),
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
    const { pool, announced, directory, tenantIds } = this.#parts;
    const own = new Set(pool.partitionsOf(owner));
    for (const { handle, partition } of directory.series) {
      if (own.has(partition)) announced.delete(handle);
    }
    const { knows } = await this.#ask(owner);
    for (;;) {
      const left = tenantIds().filter((tenantId) => !knows.has(tenantId));
      if (left.length === 0) break;
      await Promise.all(left.map((tenantId) => this.#announceAgain(owner, tenantId)));
    }
    pool.opened(owner);
  }

  async #announceAgain(owner: number, tenantId: string): Promise<void> {
    try {
      await this.#announceTo(owner, tenantId);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      // It is taken up again, which was begun when that was heard.
      if (error instanceof TenantFailed) return;
      this.#parts.failed(tenantId, error);
    }
  }

  /** At a start: owners hear the numbers of what they have stored of a tenant, and read its folds back meanwhile. */
  name(tenantId: string): void {
    for (const [owner, { knows, named, stored: all }] of this.#opened) {
      const stored = all.get(tenantId);
      all.delete(tenantId);
      if (!this.#parts.pool.isOpen(owner) || knows.has(tenantId) || named.has(tenantId)) continue;
      if (stored === undefined) continue;
      const done = this.#parts.pool.askStarting(owner, { what: "name", stored });
      // Whoever announces the tenant hears of it.
      done.catch(() => {});
      named.set(tenantId, { handles: joined(stored.map(({ handles }) => handles)), done });
    }
  }

  /**
   * Makes a tenant's series known to all owners that are open, which send what its saved fold has not seen.
   * Resolves when they have.
   */
  async announce(tenantId: string): Promise<void> {
    for (;;) {
      const owners = [...this.#opened]
        .filter(([owner, { knows }]) => this.#parts.pool.isOpen(owner) && !knows.has(tenantId))
        .map(([owner]) => owner);
      if (owners.length === 0) return;
      await Promise.all(owners.map((owner) => this.#announceTo(owner, tenantId)));
    }
  }

  /** A tenant's fold begins again from what is saved: owners have to send what that has not seen. */
  forget(tenantId: string): void {
    for (const { knows, named } of this.#opened.values()) {
      knows.delete(tenantId);
      named.delete(tenantId);
    }
    for (const heard of this.#heard.values()) heard.delete(tenantId);
    this.#again.set(tenantId, (this.#again.get(tenantId) ?? 0) + 1);
  }

  async #ask(owner: number): Promise<Opened> {
    const answer = await this.#parts.pool.askStarting(owner, { what: "open" });
    const opened: Opened = {
      detected: answer.detected,
      ...{ knows: new Set(), named: new Map(), stored: new Map() },
    };
    for (const series of answer.stored) {
      for (const [tenantId, numbered] of this.#numbered(series)) {
        const known = opened.stored.get(tenantId);
        if (known === undefined) opened.stored.set(tenantId, [numbered]);
        else known.push(numbered);
      }
    }
    this.#opened.set(owner, opened);
    return opened;
  }

  async #announceTo(owner: number, tenantId: string): Promise<void> {
    const { pool } = this.#parts;
    const { knows, named, detected } = this.#opened.get(owner)!;
    const heard = this.#heardOf(owner);
    const again = this.#again.get(tenantId);
    const before = named.get(tenantId);
    named.delete(tenantId);
    await before?.done;
    const series = before === undefined ? this.#seriesOf(owner, tenantId) : [];
    const { handles = new Int32Array() } = before ?? {};
    const behind = heard.has(tenantId) ? [] : [...this.#behind(tenantId, detected)];
    const isEmpty = series.length + handles.length + behind.length === 0;
    const announce = { what: "announce", series, named: handles, behind } as const;
    const isWhole = isEmpty || (await pool.askStarting(owner, announce));
    // What was sent meanwhile may have gone to a fold that is forgotten by now.
    if (this.#again.get(tenantId) !== again) return;
    knows.add(tenantId);
    // Should this owner end, the rest has to come from the one after it.
    if (isWhole) heard.add(tenantId);
  }

  #seriesOf(owner: number, tenantId: string): PlacedSeries[] {
    const own = new Set(this.#parts.pool.partitionsOf(owner));
    return this.#parts.directory
      .tenant(tenantId)
      .series.filter(({ partition }) => own.has(partition))
      .map(({ handle, key, metadata, partition }) => ({ handle, key, metadata, partition }));
  }

  #heardOf(owner: number): Set<string> {
    const heard = this.#heard.get(owner) ?? new Set<string>();
    this.#heard.set(owner, heard);
    return heard;
  }

  /** Gives stored series their numbers here. By tenant. */
  #numbered(stored: StoredSeries): Map<string, NumberedSeries> {
    const { directory, announced } = this.#parts;
    const { partition, seriesIds } = stored;
    const lists = new Map<string, { readonly handles: number[]; readonly ids: number[] }>();
    for (let k = 0; k < seriesIds.length; k++) {
      const name = nameAt(stored, k);
      const { tenantId, metadata } = name;
      const known: SeriesInfo | undefined = directory.tenant(tenantId).find(name);
      const { handle } = known ?? directory.add(name, metadata);
      announced.add(handle);
      const list = lists.get(tenantId) ?? { handles: [], ids: [] };
      lists.set(tenantId, list);
      list.handles.push(handle);
      list.ids.push(seriesIds[k]!);
    }
    const numbered = ({ handles, ids }: { handles: number[]; ids: number[] }): NumberedSeries => {
      return { partition, handles: Int32Array.from(handles), seriesIds: Int32Array.from(ids) };
    };
    return new Map([...lists].map(([tenantId, list]) => [tenantId, numbered(list)]));
  }

  /** Where the tenant's saved fold has not seen all that these partitions noted as detected. */
  *#behind(tenantId: string, detected: OpenAnswer["detected"]): Generator<BehindTenant> {
    for (const [key, position] of Object.entries(detected)) {
      const partition = Number(key);
      const upTo = this.#again.has(tenantId) ? Number.MAX_SAFE_INTEGER : position;
      const fromMs = this.#parts.fleet.behindSince(tenantId, partition, upTo);
      if (fromMs !== undefined) yield { partition, tenantId, fromMs };
    }
  }
}

function joined(columns: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
