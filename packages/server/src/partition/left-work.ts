import type { TenantFailed } from "../platform/platform-errors.ts";
import type { DetectionQueue, Waiting } from "./detection-queue.ts";
import type { Emissions } from "./emission.ts";
import { changesLeft, over } from "./runs.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import { UnseenChanges } from "./unseen-changes.ts";

export interface LeftWorkPlace {
  readonly queue: DetectionQueue;
  readonly series: SeriesRegistry;
  readonly emissions: Emissions;
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
    for (const { storeId, fromMs } of changesLeft(item, this.#place.series)) {
      this.unseen.note(storeId, fromMs);
    }
    if ("series" in item) over(item, false, failure);
  }
}
