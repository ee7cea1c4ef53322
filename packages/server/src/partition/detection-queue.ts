import type { EpochMs } from "@foreshock/core/fold";
import type { TenantFailed } from "../platform/platform-errors.ts";
import type { AppendOutcome } from "../store/partition/placement.ts";
import type { FreshSeries } from "./fresh-series.ts";
import type { LiveSeries } from "./live-series.ts";
import type { AppendPart } from "./protocol.ts";

/** One stored batch that waits for detection; runs are taken one by one. */
export interface QueuedBatch {
  readonly ticket: number;
  /** In order of arrival, whoever sent it. */
  readonly sequence: number;
  readonly handles: Int32Array;
  readonly ends: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** What the store said of each run: points that changed something, and where the fold must restart. */
  readonly changedPoints: Uint32Array;
  readonly lateFromMs: Float64Array;
  /** Series that are something else from now on; they are folded again before the runs. */
  readonly retold: readonly FreshSeries[];
  nextRetold: number;
  nextRun: number;
  /** Index of the next point of that run; 0 at its beginning. */
  nextPoint: number;
  /** The series in hand is being folded again from an earlier state. */
  again: FoldAgain | undefined;
  /** The store's position that holds the batch; 0 before it is written. */
  position: number;
}

/** A series whose fold goes on, from where it is to the end of what is stored. */
export interface FoldAgain {
  readonly series: LiveSeries;
  /** First the fold is set back to before this instant; undefined when that is done, or need not be. */
  backToMs: EpochMs | undefined;
  /** What the series is from then on, where that is another nature. */
  readonly becomes?: LiveSeries["metadata"] | undefined;
  /** Points from here on are sent to the tenant's host. */
  emitFromMs: EpochMs;
  /** Detection has not come further than this while it waits. */
  readonly detectedPosition: number;
  /** Number of the newest batch when it began. */
  readonly sequence: number;
  /** Called once: when it is done, or with false when that is not waited for any more. */
  finished: Finished | undefined;
}

/** `failure`: what was thrown in the work of its tenant. */
export type Finished = (isDone: boolean, failure?: TenantFailed) => void;

export type Waiting = QueuedBatch | FoldAgain;

/** A part of a batch that has just been appended. */
export function queuedBatch(
  { ticket, sequence }: Pick<QueuedBatch, "ticket" | "sequence">,
  { handles, ends, times, values, retold = [] }: AppendPart,
  outcome: AppendOutcome,
): QueuedBatch {
  const columns = { ticket, sequence, handles, ends, times, values, retold };
  const start = { nextRetold: 0, nextRun: 0, nextPoint: 0, again: undefined, position: 0 };
  return { ...columns, ...outcome, ...start };
}

interface TenantQueue {
  waiting: Waiting[];
  first: number;
}

/** What waits for detection, by tenant in order of arrival. Whose turn it is says whoever has the queue. */
export class DetectionQueue {
  /** A tenant that has nothing waiting is not in it. */
  readonly #tenants = new Map<string, TenantQueue>();
  #unwritten: QueuedBatch[] = [];

  get isEmpty(): boolean {
    return this.#tenants.size === 0;
  }

  /** Tenants of whom something could be folded now: a batch that is not written yet has to wait for that. */
  *ready(): Iterable<string> {
    for (const [tenantId, { waiting, first }] of this.#tenants) {
      if (isWritten(waiting[first]!)) yield tenantId;
    }
  }

  /** The oldest position that has not been folded whole; undefined where all that is written has. */
  get oldestPosition(): number | undefined {
    let oldest: number | undefined;
    for (const { waiting, first } of this.#tenants.values()) {
      const head = waiting[first]!;
      const position = "series" in head ? head.detectedPosition + 1 : head.position;
      if (position > 0 && (oldest === undefined || position < oldest)) oldest = position;
    }
    return oldest;
  }

  add(tenantId: string, batch: QueuedBatch): void {
    this.#unwritten.push(batch);
    this.#put(tenantId, batch);
  }

  addAgain(again: FoldAgain): void {
    this.#put(again.series.key.tenantId, again);
  }

  /** The batches that came since the last call are written under this position. */
  committed(position: number): void {
    for (const batch of this.#unwritten) batch.position = position;
    this.#unwritten = [];
  }

  /** Does work for what waits first of a tenant. Returns its cost in points; 0 also where nothing can be done. */
  turn(
    tenantId: string,
    work: (item: Waiting) => { readonly cost: number; readonly isDone: boolean },
  ): number {
    const queue = this.#tenants.get(tenantId);
    if (queue === undefined) return 0;
    const item = queue.waiting[queue.first]!;
    if (!isWritten(item)) return 0;
    const { cost, isDone } = work(item);
    if (isDone) this.#removeHead(tenantId, queue);
    return cost;
  }

  /** Takes out all that waits of some tenants. */
  takeOutOf(tenantIds: ReadonlySet<string>): Waiting[] {
    const all = new Set([...tenantIds].flatMap((id) => this.#tenants.get(id)?.waiting ?? []));
    return all.size === 0 ? [] : this.takeOut((item) => all.has(item));
  }

  *items(): Iterable<Waiting> {
    for (const { waiting, first } of this.#tenants.values()) yield* waiting.slice(first);
  }

  /** Takes out what `isMeant`, with what is left to do in it. Cost: O(queue). */
  takeOut(isMeant: (item: Waiting) => boolean): Waiting[] {
    const taken: Waiting[] = [];
    for (const [tenantId, queue] of this.#tenants) {
      const waiting = queue.waiting.slice(queue.first);
      for (const item of waiting) if (isMeant(item)) taken.push(item);
      queue.waiting = waiting.filter((item) => !isMeant(item));
      queue.first = 0;
      if (queue.waiting.length === 0) this.#tenants.delete(tenantId);
    }
    this.#unwritten = this.#unwritten.filter((item) => !isMeant(item));
    return taken;
  }

  #put(tenantId: string, item: Waiting): void {
    const queue = this.#tenants.get(tenantId);
    if (queue === undefined) {
      this.#tenants.set(tenantId, { waiting: [item], first: 0 });
    } else queue.waiting.push(item);
  }

  #removeHead(tenantId: string, queue: TenantQueue): void {
    queue.first++;
    if (queue.first === queue.waiting.length) this.#tenants.delete(tenantId);
    else if (queue.first > 1024 && 2 * queue.first > queue.waiting.length) {
      queue.waiting = queue.waiting.slice(queue.first);
      queue.first = 0;
    }
  }
}

function isWritten(item: Waiting): boolean {
  return "series" in item || item.position > 0;
}
