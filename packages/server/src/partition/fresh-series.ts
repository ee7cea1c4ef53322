import type { EpochMs, SeriesKey } from "@foreshock/core/fold";

/** `handle` is its host's number for a series; it lives as long as the host. */
export interface FreshSeries {
  readonly handle: number;
  readonly key: SeriesKey;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tenant whose saved fold has not seen all that a partition has scored: it is scored again from an instant on. */
export interface BehindTenant {
  readonly partition: number;
  readonly tenantId: string;
  /** -Infinity: all that is stored. */
  readonly fromMs: EpochMs;
}

export type PlacedSeries = FreshSeries & { readonly partition: number };

/** Of a tenant that is being taken up: the folds of its series are read back, nothing else is done yet. */
export interface NameQuestion {
  readonly what: "name";
  readonly series: readonly PlacedSeries[];
}

export interface AnnounceQuestion {
  readonly what: "announce";
  readonly series: readonly PlacedSeries[];
  /** Handles of series that were named before. */
  readonly named?: Int32Array;
  readonly behind: readonly BehindTenant[];
}
