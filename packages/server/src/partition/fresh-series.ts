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

/** Stored series of a partition, with their host's numbers. */
export interface NumberedSeries {
  readonly partition: number;
  /** The store's numbers. */
  readonly seriesIds: Int32Array;
  readonly handles: Int32Array;
}

/** Of a tenant that is being taken up: the folds of its series are read back, nothing else is done yet. */
export interface NameQuestion {
  readonly what: "name";
  readonly stored: readonly NumberedSeries[];
}

export interface AnnounceQuestion {
  readonly what: "announce";
  readonly series: readonly PlacedSeries[];
  /** Handles of series that were named before. */
  readonly named?: Int32Array;
  readonly behind: readonly BehindTenant[];
}
