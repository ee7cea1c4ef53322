import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import { createStreamEngine } from "../detect/stream-engine.ts";
import type { StreamingEngine } from "../engine/engine.ts";
import { DAY_MS } from "../model/time.ts";
import { type CalibrationReport, calibrationReport, emptyTallies } from "./calibration-report.ts";
import {
  type BudgetFindings,
  TenantWatch,
  type WatchedNode,
  type WatchGrid,
  warmUpSteps,
} from "./tenant-watch.ts";

/** A node of a healthy fleet; nodes of one tenant follow each other. */
export interface CalibrationNode extends WatchedNode {
  readonly tenantId: string;
}

export interface CalibrateOptions {
  readonly grid: WatchGrid;
  /** Left out: the default engine. */
  readonly engine?: StreamingEngine;
  /** Alert budgets to try: one finding in this many days. */
  readonly budgetsDays: readonly number[];
  /** Days at the beginning whose own scores are not counted; findings count from the first day on. */
  readonly warmUpDays: number;
  readonly visit?: (tenantId: string, step: FleetStep) => void;
}

export interface FleetCalibration {
  readonly report: CalibrationReport;
  readonly findings: readonly TenantFindings[];
}

export interface TenantFindings extends BudgetFindings {
  readonly tenantId: string;
}

/** Numbers of entities of different tenants must not overlap. */
const ENTITIES_OF_A_TENANT = 1_000_000;

/**
 * Promised against realised alarms of a fleet in which nothing is wrong: metrics, nodes, clusters,
 * tenants (their own scores) and findings (under each alert budget, from the first day on).
 *
 * Cost: that of the engine on every point, and a roll-up for each budget; memory 9 bytes per point
 * of the tenant being judged.
 * Source: spec/detection.md section 14.
 */
export function calibrateFleet(
  nodes: Iterable<CalibrationNode>,
  options: CalibrateOptions,
): FleetCalibration {
  const { grid, budgetsDays, warmUpDays, visit } = options;
  const engine = options.engine ?? createStreamEngine();
  const fromStep = warmUpSteps(grid.intervalMs, warmUpDays);
  const tallies = emptyTallies();
  const found: TenantFindings[] = [];
  let tenants = 0;
  for (const { tenantId, watch } of watches(nodes, (id) => {
    const visited = visit && ((step: FleetStep) => visit(id, step));
    return new TenantWatch({ grid, engine, budgetsDays, ...(visited && { visit: visited }) });
  })) {
    const judged = watch.judge(tallies, fromStep, tenants * ENTITIES_OF_A_TENANT);
    for (const one of judged) found.push({ tenantId, ...one });
    tenants++;
  }
  const watchedDays = (tenants * grid.pointCount * grid.intervalMs) / DAY_MS;
  const counts = budgetsDays.map((budgetDays) => ({
    budgetDays,
    watchedDays,
    opened: found.reduce((sum, one) => {
      return sum + (one.budgetDays === budgetDays ? one.findings.length : 0);
    }, 0),
  }));
  return { report: calibrationReport(tallies, counts), findings: found };
}

/** Tenants one after another, each as soon as its last node has been scored. */
function* watches(
  nodes: Iterable<CalibrationNode>,
  open: (tenantId: string) => TenantWatch,
): Generator<{ readonly tenantId: string; readonly watch: TenantWatch }> {
  let now: { readonly tenantId: string; readonly watch: TenantWatch } | undefined;
  for (const node of nodes) {
    if (now?.tenantId !== node.tenantId) {
      if (now !== undefined) yield now;
      now = { tenantId: node.tenantId, watch: open(node.tenantId) };
    }
    now.watch.add(node);
  }
  if (now !== undefined) yield now;
}
