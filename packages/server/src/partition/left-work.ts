import type { TenantFailed } from "../platform/platform-errors.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import type { DetectionQueue, QueuedBatch, Waiting } from "./detection-queue.ts";
import type { Emissions } from "./emission.ts";
import type { LiveSeries } from "./live-series.ts";
import { changesLeft, over } from "./runs.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import { UnseenChanges } from "./unseen-changes.ts";

export interface LeftWorkPlace {
  readonly queue: DetectionQueue;
  readonly series: SeriesRegistry;
  readonly emissions: Emissions;
  /** Makes a series what it is said to be, with nothing folded. @throws StoreUnavailable. */
  readonly retell: (series: LiveSeries, metadata: LiveSeries["metadata"]) => void;
}

/**
 * What is taken out of the queue without being folded. It stays stored, and what changed by it is remembered: it
 * is folded when the tenant's host announces its series again.
 */
export class LeftWork {
  readonly unseen = new UnseenChanges();
  readonly #place: LeftWorkPlace;

  constructor(place: LeftWorkPlace) {
    this.#place = place;
  }

  /** All that a host gave a number to: nobody waits for it any more. */
  ofNumbers(isItsNumber: (number: number) => boolean): void {
    const isMeant = (item: Waiting): boolean =>
      isItsNumber("series" in item ? item.series.handle : item.ticket);
    for (const item of this.#place.queue.takeOut(isMeant)) this.#leave(item);
  }

  /** All of some tenants. It counts as scored. */
  ofTenants(tenantIds: ReadonlySet<string>, failure?: TenantFailed): void {
    for (const item of this.#place.queue.takeOutOf(tenantIds)) this.setAside(item, failure);
  }

  /** It counts as scored. `failure`: for whoever waits for it. */
  setAside(item: Waiting, failure?: TenantFailed): void {
    this.#leave(item, failure);
    if (!("series" in item)) this.#place.emissions.of(item.ticket).partDone(item.ticket);
  }

  #leave(item: Waiting, failure?: TenantFailed): void {
    if (!("series" in item)) this.#retell(item);
    for (const { storeId, fromMs } of changesLeft(item, this.#place.series)) {
      this.unseen.note(storeId, fromMs);
    }
    if ("series" in item) over(item, false, failure);
  }

  /** Where the store takes nothing now, a start finds it in the log. */
  #retell({ retold, nextRetold }: QueuedBatch): void {
    const { series, retell } = this.#place;
    try {
      for (const { handle, metadata } of retold.slice(nextRetold)) {
        retell(series.known(handle), metadata);
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}
