import { DAY_MS, severityOf } from "@foreshock/core/fold";
import type { TenantSummary } from "../platform/platform.ts";
import { loadingOf } from "./loading.ts";
import { pipelineOf } from "./pipeline-state.ts";
import type { TenantContext } from "./tenant-context.ts";

/** How a tenant stands, in a few numbers. Cost: O(nodes), however many series there are. */
export function summaryOf(context: TenantContext): TenantSummary {
  const { tenantId, directory, runner, watermark, store } = context;
  const { budgetDays } = runner;
  const firstMs = Math.min(directory.oldestMs, watermark);
  const watchedDays = Math.min(30, (watermark - firstMs) / DAY_MS);
  const { score } = runner.tenantNow;
  const nodes = directory.nodesAt(directory.scoredMs);
  return {
    tenant: tenantId,
    clusters: directory.clusters.size,
    nodes,
    nodesAsleep: directory.nodeCount - nodes,
    series: directory.living.count,
    seriesAsleep: directory.series.length - directory.living.count,
    points: directory.pointCount,
    watermark,
    isLoading: loadingOf(context) !== undefined,
    pipeline: pipelineOf(context),
    score,
    severity: severityOf(score),
    openFindings: runner.fold?.fleet.openFindings.length ?? 0,
    budgetDays,
    findings30d: store.findings.countOpened(watermark - 30 * DAY_MS, watermark + 1),
    promised30d: watchedDays / budgetDays,
    quarantine: context.quarantine ?? null,
  };
}
