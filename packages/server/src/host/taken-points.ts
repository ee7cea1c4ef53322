import type { EpochMs } from "@foreshock/core/fold";
import type { SkippedParts } from "../platform/ingest-batch.ts";
import { type IngestReport, NOTHING_PUT } from "../platform/ingest-series.ts";
import type { IngestCounters } from "../query/tenant-context.ts";

const NOTHING_SKIPPED: SkippedParts = { histograms: 0, exemplars: 0 };

/** What became of a batch, and when it came. */
export interface TakenBatch {
  readonly report: IngestReport;
  readonly skipped?: SkippedParts | undefined;
  readonly atMs: EpochMs;
}

/** What has been taken in for each tenant since the host was started. */
export class TakenPoints {
  readonly #counters = new Map<string, IngestCounters>();

  of(tenantId: string): IngestCounters {
    const known = this.#counters.get(tenantId);
    if (known !== undefined) return known;
    const made: IngestCounters = {
      accepted: 0,
      arrivedMs: 0,
      duplicate: 0,
      overwritten: 0,
      rejected: {},
      skippedHistograms: 0,
      skippedExemplars: 0,
    };
    this.#counters.set(tenantId, made);
    return made;
  }

  add(tenantId: string, { report, skipped = NOTHING_SKIPPED, atMs }: TakenBatch): void {
    const { acceptedPoints, put = NOTHING_PUT, rejected } = report;
    const counters = this.of(tenantId);
    counters.skippedHistograms += skipped.histograms;
    counters.skippedExemplars += skipped.exemplars;
    counters.accepted += acceptedPoints;
    if (acceptedPoints > 0) counters.arrivedMs = atMs;
    counters.duplicate += put.duplicatePoints;
    counters.overwritten += put.overwrittenPoints;
    for (const { reason, points } of rejected) {
      counters.rejected[reason] = (counters.rejected[reason] ?? 0) + points;
    }
  }
}
