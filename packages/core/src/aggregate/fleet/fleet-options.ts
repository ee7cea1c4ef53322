import { Refusal } from "../../model/refusal.ts";
import { DAY_MS, type DurationMs } from "../../model/time.ts";
import type { PieceSource } from "./piece.ts";

const STEP_MS_MAX = DAY_MS;

export interface TenantFleetOptions {
  /** The grid: a step is [k stepMs, (k + 1) stepMs) of event time. Whole milliseconds, up to a day. */
  readonly stepMs: DurationMs;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /** How far back late points are folded in again; at least twelve steps are kept. */
  readonly rewindMs: DurationMs;
  /** Ask again without the entities of open findings, so that a second fault does not hide. */
  readonly secondLook?: boolean;
  /** Where saved pieces can be read again: what is saved and not needed now is not kept in memory then. */
  readonly savedPieces?: PieceSource | undefined;
}

/** @throws Refusal "window/invalid" */
export function checkGrid(stepMs: DurationMs, rewindMs: DurationMs): void {
  if (!(Number.isInteger(stepMs) && stepMs > 0 && stepMs <= STEP_MS_MAX)) {
    throw new Refusal("window/invalid", "stepMs is a whole number of milliseconds up to a day", {
      stepMs,
    });
  }
  if (!(Number.isFinite(rewindMs) && rewindMs >= 0)) {
    throw new Refusal("window/invalid", "rewindMs is a number of milliseconds, 0 or more", {
      rewindMs,
    });
  }
}
