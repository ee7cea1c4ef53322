import type { Piece } from "@foreshock/core/fold";
import type { Positions } from "../partition/protocol.ts";
import type { FoldStore } from "../store/fleet/fleet-shards.ts";
import type { FleetStore, TenantFleetStore } from "../store/fleet/fleet-store.ts";
import { StoreCorrupt, StoreUnavailable } from "../store/sqlite/store-error.ts";
import type { Work } from "./fleet-turns.ts";
import { writePositions } from "./fold-positions.ts";
import type { Slot } from "./runner-options.ts";
import type { TenantRunner } from "./tenant-runner.ts";

/** Bytes of pieces that are written in one transaction, and that one durable commit may leave to write. */
const BATCH_BYTES = 2 << 20;
/** Blocks of scores that are written in one transaction. */
const BLOCKS_MAX = 1024;
/** What writing costs, in cells: a cell is about 50 ns of folding. */
const CELLS_PER_KIB = 64;
const CELLS_PER_ROW = 128;

/** A tenant to save. */
export interface SavedTenant {
  readonly tenantId: string;
  readonly runner: TenantRunner;
  /** What is saved of it now, and can be built upon. */
  readonly savedAs: Slot | undefined;
}

export interface SaveParts {
  readonly store: FoldStore;
  readonly saveFailed: (tenantId: string, error: unknown) => void;
  /** Nothing of the tenant goes on until it is saved; its work under way is brought to its end. */
  readonly hold: (tenantId: string) => Work;
  readonly letGo: (tenantId: string) => void;
  /** False where the work under way has failed: that fold is not to be saved. */
  readonly isUsable: (tenant: SavedTenant) => boolean;
  /** The tenant's state is durable under these positions. */
  readonly saved: (tenantId: string, slot: Slot, positions: Positions) => void;
}

/** What is written with the next durable commit. */
interface Ready extends SavedTenant {
  /** Undefined where nothing has changed but the positions. */
  readonly slot: Slot | undefined;
  readonly pieces: readonly Piece[];
}

/**
 * A checkpoint of the folds, in units: each tenant's scores and pieces a little at a time, then a durable
 * commit that makes its save count, for as many tenants as fit one. A tenant stands still only while it
 * is saved. What cannot be saved is left out and reported; its old save remains.
 */
export class FleetSave {
  readonly #parts: SaveParts;
  readonly #positions: Positions;
  readonly #text: string;
  #ready: Ready[] = [];
  #readyBytes = 0;

  constructor(parts: SaveParts, positions: Positions) {
    this.#parts = parts;
    this.#positions = positions;
    this.#text = writePositions(positions);
  }

  /** Yields cells. @throws StoreUnavailable where the disk takes nothing more: those saved so far are. */
  *work(tenants: Iterable<SavedTenant>): Generator<number, void> {
    const held = new Set<string>();
    try {
      for (const tenant of tenants) {
        held.add(tenant.tenantId);
        yield* this.#parts.hold(tenant.tenantId);
        const isReady = this.#parts.isUsable(tenant) && (yield* this.#prepare(tenant));
        if (!isReady) this.#parts.letGo(tenant.tenantId);
        if (this.#readyBytes >= BATCH_BYTES) yield* this.#commit();
      }
      yield* this.#commit();
    } finally {
      for (const tenantId of held) this.#parts.letGo(tenantId);
    }
  }

  /** Writes all of a tenant but the last part, which waits for the commit. False where it cannot be saved. */
  *#prepare(tenant: SavedTenant): Generator<number, boolean> {
    const { tenantId, runner, savedAs } = tenant;
    const store = this.#parts.store.forTenant(tenantId);
    try {
      yield* runner.takeIn();
      if (savedAs !== undefined && !runner.hasChanged) {
        this.#ready.push({ ...tenant, slot: undefined, pieces: [] });
        return true;
      }
      while (runner.history?.flush(BLOCKS_MAX) === true) yield BLOCKS_MAX * CELLS_PER_ROW;
      const { slot } = runner;
      if (slot === undefined) return false;
      store.pieces.begin(savedAs !== slot);
      const which = savedAs === slot ? "changed" : "all";
      const pieces = yield* this.#write(tenantId, runner.pieces(which));
      this.#ready.push({ ...tenant, slot, pieces });
      return true;
    } catch (error) {
      // A file that is closed, damaged or takes nothing more is nobody's own trouble.
      if (error instanceof StoreUnavailable || error instanceof StoreCorrupt) throw error;
      if (!this.#parts.store.of(tenantId).isOpen) throw error;
      this.#parts.saveFailed(tenantId, error);
      return false;
    }
  }

  /** Writes pieces batch by batch; gives back those of the last one. */
  *#write(tenantId: string, pieces: Iterable<Piece>): Generator<number, Piece[]> {
    const file = this.#parts.store.of(tenantId);
    const store = file.forTenant(tenantId);
    let batch: Piece[] = [];
    let bytes = 0;
    for (const piece of pieces) {
      if (bytes > 0 && bytes + piece.bytes.length > BATCH_BYTES) {
        file.write(() => store.pieces.write(batch));
        yield costOf(batch, bytes);
        batch = [];
        bytes = 0;
      }
      batch.push(piece);
      bytes += piece.bytes.length;
    }
    this.#readyBytes += bytes;
    yield costOf(batch, bytes);
    return batch;
  }

  /** One durable commit for all of a file that is ready; afterwards, what it replaced is deleted. */
  *#commit(): Generator<number, void> {
    const ready = this.#ready;
    this.#ready = [];
    this.#readyBytes = 0;
    const { store } = this.#parts;
    for (const [file, own] of Map.groupBy(ready, ({ tenantId }) => store.of(tenantId))) {
      yield* this.#commitTo(file, own);
    }
  }

  *#commitTo(store: FleetStore, ready: readonly Ready[]): Generator<number, void> {
    store.checkpoint(() => {
      for (const one of ready) this.#switch(store.forTenant(one.tenantId), one);
    });
    for (const { tenantId, runner, slot, savedAs } of ready) {
      if (slot !== undefined) runner.saved();
      store.forTenant(tenantId).findings.kept();
      this.#parts.saved(tenantId, slot ?? savedAs!, this.#positions);
      this.#parts.letGo(tenantId);
    }
    yield ready.length * CELLS_PER_ROW;
    for (const { tenantId, runner, slot } of ready) {
      if (slot === undefined) continue;
      for (const rows of store.forTenant(tenantId).pieces.clean(runner.floors)) {
        yield rows * CELLS_PER_ROW;
      }
    }
  }

  #switch(store: TenantFleetStore, { runner, slot, pieces }: Ready): void {
    if (slot === undefined) store.pieces.move(this.#text);
    else {
      const processedMs = runner.fold?.fleet.processedMs ?? 0;
      const uptoMs = Number.isFinite(processedMs) ? processedMs : 0;
      store.pieces.write(pieces);
      store.pieces.switchTo({ slot, uptoMs, position: this.#text });
      store.oldStates.drop();
    }
    store.findings.keep();
  }
}

function costOf(pieces: readonly Piece[], bytes: number): number {
  return pieces.length * CELLS_PER_ROW + Math.ceil(bytes / 1024) * CELLS_PER_KIB;
}
