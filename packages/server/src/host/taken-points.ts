import type { IngestReport } from "../platform/ingest-series.ts";
import type { IngestCounters } from "../query/tenant-context.ts";

/** What has been taken in for each tenant since the host was started. */
export class TakenPoints {
  readonly #counters = new Map<string, IngestCounters>();

  of(tenantId: string): IngestCounters {
    const known = this.#counters.get(tenantId);
    if (known !== undefined) return known;
    const made: IngestCounters = { accepted: 0, rejected: {} };
    this.#counters.set(tenantId, made);
    return made;
  }

  add(tenantId: string, { acceptedPoints, rejected }: IngestReport): void {
    const counters = this.of(tenantId);
    counters.accepted += acceptedPoints;
    for (const { reason, points } of rejected) {
      counters.rejected[reason] = (counters.rejected[reason] ?? 0) + points;
    }
  }
}
