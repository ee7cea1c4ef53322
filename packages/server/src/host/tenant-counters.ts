import type { IngestReport } from "../platform/ingest-series.ts";
import type { IngestCounters } from "../query/tenant-context.ts";

/** What was taken in of each tenant since the start, and what was not, by reason. */
export class TenantCounters {
  readonly #counters = new Map<string, IngestCounters>();

  of(tenantId: string): IngestCounters {
    const known = this.#counters.get(tenantId);
    if (known !== undefined) return known;
    const made: IngestCounters = { accepted: 0, rejected: {} };
    this.#counters.set(tenantId, made);
    return made;
  }

  count(tenantId: string, report: IngestReport): void {
    const counters = this.of(tenantId);
    counters.accepted += report.acceptedPoints;
    for (const { reason, points } of report.rejected) {
      counters.rejected[reason] = (counters.rejected[reason] ?? 0) + points;
    }
  }
}
