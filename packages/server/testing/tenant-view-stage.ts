import { type DurationMs, type EpochMs, MINUTE_MS, type TimeRange } from "@foreshock/core/fold";
import { batchOf } from "../src/platform/ingest-batch.ts";
import type { TenantView } from "../src/platform/platform.ts";
import type { SettingsPatch } from "../src/tenant/tenant-settings.ts";
import type { FaultyDisk } from "./faulty-disk.ts";
import { type PlantedFleet, plantedSeries } from "./planted.ts";

/** What the tenants of a stage have: room to send, and a finding a day. */
export const STAGE_SETTINGS: SettingsPatch = {
  limits: { pointsPerSecond: 1e9, pointsBurst: 1e9 },
  budgetDays: 1,
};

/**
 * A platform with the tenants "acme" and "globex", both empty, whose clock is at `NOON` and whose
 * settings are `STAGE_SETTINGS`.
 */
export interface Stage {
  view(tenantId: string): TenantView;
  /** Resolves when everything that was sent is scored. */
  settled(): Promise<void>;
  /** Closes the platform and opens it again on the same files. */
  reopen(): Promise<void>;
  /** Where the platform writes; undefined where its disk cannot be made to fail. */
  readonly disk: FaultyDisk | undefined;
  close(): Promise<void>;
}

/** A sentence that every platform keeps. */
export interface Law {
  readonly sentence: string;
  readonly needsFaultyDisk?: boolean;
  /** @throws where it is broken. */
  holds(stage: Stage): Promise<void>;
}

export const NOON: EpochMs = Date.UTC(2026, 10, 24, 12);
export const STEP_MS: DurationMs = 5 * MINUTE_MS;
/** Eight days: long enough for findings. */
export const POINTS = 8 * 288;
/** Where the longest fault begins, and how long it lasts. */
export const FAULT = { from: 2000, to: 2048 };
export const FAULTY_NODE = "canary-c";

/** Faults that begin at the same instant on several series, so that orders have ties. */
export const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * STEP_MS,
  stepMs: STEP_MS,
  cluster: "canary-eu",
  nodes: ["canary-a", "canary-b", FAULTY_NODE, "canary-d", "canary-e", "canary-f"],
  metrics: ["canary-cpu", "canary-mem"],
  plants: [
    ...["canary-a", "canary-b", "canary-d"].map((node) => ({ node, from: 1500, to: 1508 })),
    { node: "canary-f", from: 1700, to: 1748 },
    { node: FAULTY_NODE, ...FAULT },
  ],
};

/** All of it, half-open: the last point is a step before noon. */
export const RANGE: TimeRange = { startMs: FLEET.startMs, endMs: NOON };

/** Names that nothing else on the stage has. */
export const OTHER_FLEET: PlantedFleet = {
  startMs: FLEET.startMs,
  stepMs: STEP_MS,
  cluster: "other-eu",
  nodes: ["other-a", "other-b"],
  plants: [{ node: "other-b", from: 500, to: 510 }],
};

export async function send(
  stage: Stage,
  tenantId: string,
  fleet: PlantedFleet,
  [from, to]: readonly [from: number, to: number] = [0, POINTS],
): Promise<void> {
  await stage.view(tenantId).ingest(batchOf(plantedSeries(fleet, from, to)));
  await stage.settled();
}
