import type { DurationMs } from "@foreshock/core/fold";
import type { TenantDirectory } from "../dispatch/directory.ts";
import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import { SeriesRoom } from "../dispatch/series-room.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import { MemoryLedger } from "../memory/memory-ledger.ts";
import { ReadRoom } from "../query/read-room.ts";

/** What a host may use of the memory of the process. */
export interface HostMemoryPart {
  /** Of `MemoryLedger`: shared by all threads. */
  readonly ledger: SharedArrayBuffer;
  readonly longReadsMax: number;
  /** Points of its tenants that wait for detection. */
  readonly queuedPointsMax: number;
}

export interface HostMemoryParts {
  readonly part: HostMemoryPart | undefined;
  /** The host's number, from 0. */
  readonly host: number;
  readonly directory: SeriesDirectory;
  readonly fleet: () => FleetHost;
  readonly after: (delayMs: DurationMs, work: () => void) => void;
}

/** States grow by points, not by series: they are looked at this often, some tenants each time. */
const LOOK_EVERY_MS = 1000;
const TENANTS_PER_LOOK = 50;

/** A host's side of the memory budget: what its tenants are charged, and what they may begin. */
export class HostMemory {
  readonly series: SeriesRoom;
  readonly reads: ReadRoom;
  readonly queuedPointsMax: number | undefined;
  readonly #parts: HostMemoryParts;
  /** Tenants that are still to be looked at in this round. */
  #round: TenantDirectory[] = [];

  constructor(parts: HostMemoryParts) {
    this.#parts = parts;
    const { part, host } = parts;
    const ledger = new MemoryLedger(part?.ledger ?? MemoryLedger.unbounded(host + 1));
    this.series = new SeriesRoom(ledger, host);
    this.reads = new ReadRoom({
      atWorkMax: part?.longReadsMax ?? Number.POSITIVE_INFINITY,
      isTight: () => ledger.isTight,
    });
    this.queuedPointsMax = part?.queuedPointsMax;
  }

  /** Counts all tenants, and begins to look at their states; to be called once all are taken up. */
  start(): void {
    const { part, directory } = this.#parts;
    if (part === undefined) return;
    for (const tenant of directory.tenants()) this.series.count(tenant);
    this.#look();
  }

  #look(): void {
    const { directory, fleet, after } = this.#parts;
    if (this.#round.length === 0) this.#round = [...directory.tenants()];
    for (const tenant of this.#round.splice(0, TENANTS_PER_LOOK)) {
      this.series.setState(tenant, fleet().bytesOf(tenant.tenantId));
    }
    after(LOOK_EVERY_MS, () => this.#look());
  }
}
