import {
  ALARM_OUT,
  createStreamEngine,
  type FleetFinding,
  foldAlarm,
  HOUR_MS,
  INTERVAL_POINTS,
  SeriesFold,
  TenantFold,
} from "@foreshock/core";
import type { IngestSeries } from "../platform/platform.ts";
import { type FleetBatch, type SimulatedFleet, STEP_MS } from "./fleet.ts";

const ENGINE = createStreamEngine();
const REWIND_MS = 2 * HOUR_MS;

export interface OfflineFinding {
  readonly tenant: string;
  readonly finding: FleetFinding;
}

/**
 * The whole detection of a simulated fleet inside this thread, without a server: the same folds in
 * the same order, all points in time. For calibrating the demo and for tests.
 */
export function offlineFindings(fleet: SimulatedFleet, budgetDays: number): OfflineFinding[] {
  const tenants = new Map<string, OfflineTenant>();
  for (const batch of fleet.history(fleet.endMs)) {
    const tenant = tenants.get(batch.tenantId) ?? new OfflineTenant(budgetDays);
    tenants.set(batch.tenantId, tenant);
    tenant.take(batch);
  }
  return [...tenants]
    .flatMap(([tenant, { findings }]) =>
      [...findings.values()].map((finding) => ({ tenant, finding })),
    )
    .sort((a, b) => a.finding.openedMs - b.finding.openedMs);
}

interface Watched {
  readonly number: number;
  readonly fold: SeriesFold;
  settled: boolean;
}

class OfflineTenant {
  readonly findings = new Map<string, FleetFinding>();
  readonly #fold: TenantFold;
  readonly #series = new Map<string, Watched>();

  constructor(budgetDays: number) {
    this.#fold = new TenantFold({ stepMs: STEP_MS, budgetDays, rewindMs: REWIND_MS });
  }

  take({ endMs, series }: FleetBatch): void {
    for (const one of series) this.#score(one);
    this.#fold.advance(endMs, ({ changed, retracted }) => {
      for (const finding of changed) this.findings.set(finding.id, finding);
      for (const id of retracted) this.findings.delete(id);
    });
  }

  #score(one: IngestSeries): void {
    const watched = this.#watch(one);
    for (let i = 0; i < one.values.length; i++) {
      const atMs = one.timestampsMs[i]!;
      watched.fold.push(atMs, one.values[i]!);
      const phase = foldAlarm[ALARM_OUT.phase]!;
      this.#fold.put(watched.number, atMs, watched.fold.valueP, watched.fold.flatP, phase);
    }
    if (!watched.settled && watched.fold.pointCount >= INTERVAL_POINTS) {
      watched.settled = true;
      this.#fold.setInterval(watched.number, watched.fold.intervalMs);
    }
  }

  #watch({ clusterId, nodeId, metricName, counter }: IngestSeries): Watched {
    const key = `${clusterId}\0${nodeId}\0${metricName}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const made: Watched = {
      number: this.#fold.addSeries(clusterId, nodeId, metricName),
      fold: new SeriesFold({
        open: () => ENGINE.open(),
        counter: counter ?? false,
      }),
      settled: false,
    };
    this.#series.set(key, made);
    return made;
  }
}
