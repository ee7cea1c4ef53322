import type { IngestPlace } from "../platform/ingest-batch.ts";
import { type DeclaredFamily, isCounter, isTotal, withNature } from "../platform/series-nature.ts";
import { FamilyTypes } from "./family-types.ts";

/**
 * A series is folded again from its first point whenever it changes its nature. Senders that contradict
 * each other get this many changes of a series; then it stays what it is until the next start.
 */
const CHANGES_MAX = 3;
/** Series looked at before the work can be set down; one costs about as much as 20 cells of 20 ns. */
const SERIES_PER_YIELD = 1024;
const CELLS_PER_SERIES = 20;

export interface NaturedSeries {
  readonly key: { readonly metricName: string };
  /** Its `type` is "counter" where the series is one. */
  metadata: Readonly<Record<string, string>>;
  /** How often it has changed since the start. */
  natureChanges: number;
}

/** Which of a tenant's series are counters, and of which of them the owners have yet to hear that. */
export class Natures<Series extends NaturedSeries> {
  readonly #types = new FamilyTypes();
  #untold = new Set<Series>();

  /** Of a series that is new: what its sender says, else what was said of its family, else its name. */
  isCounter({ counter, likelyCounter, metricName }: IngestPlace): boolean {
    const said = counter ?? this.#types.isCounter(metricName);
    return said ?? likelyCounter ?? isTotal(metricName);
  }

  /** A sender says what a known series is. */
  say(info: Series, counter: boolean): void {
    if (isCounter(info.metadata) === counter || info.natureChanges >= CHANGES_MAX) return;
    info.natureChanges++;
    info.metadata = withNature(info.metadata, counter);
    this.#untold.add(info);
  }

  /** Senders say what families are; yields cells. Cost: O(series) where that is news, else O(families). */
  *declare(
    declared: readonly DeclaredFamily[],
    series: readonly Series[],
  ): Generator<number, void> {
    const changed = this.#types.declare(declared);
    yield declared.length;
    if (changed.size === 0) return;
    for (let k = 0; k < series.length; k++) {
      const info = series[k]!;
      const { metricName } = info.key;
      const counter = this.#types.isCounter(metricName);
      if (counter !== undefined && FamilyTypes.isOf(metricName, changed)) this.say(info, counter);
      if (k % SERIES_PER_YIELD === SERIES_PER_YIELD - 1) {
        yield SERIES_PER_YIELD * CELLS_PER_SERIES;
      }
    }
  }

  /** Series whose owners have to hear what they are now; they count as told. */
  takeUntold(): readonly Series[] {
    if (this.#untold.size === 0) return [];
    const untold = [...this.#untold];
    this.#untold = new Set();
    return untold;
  }

  /** Their owner could not take it: the tenant's next batch tells it again. */
  notTold(infos: Iterable<Series>): void {
    for (const info of infos) this.#untold.add(info);
  }
}
