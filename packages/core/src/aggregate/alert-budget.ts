import { DAY_MS } from "../model/time.ts";
import { claimedDays } from "../stats/return-period.ts";

/** Findings of so many days raise the bar for the next one. Source: spec of detection, section 14. */
const MEMORY_DAYS = 30;
/** Steps below the budget after which a finding is over. */
export const QUIET_STEPS = 10;

/** Opening steps of the last 30 days, ascending. Never changed in place: an opening makes the next one. */
export type BudgetMemory = readonly number[];

/** Return period that a new finding must reach: every one of the last 30 days raises it by B²/30. */
export function barDays(
  memory: BudgetMemory,
  step: number,
  stepMs: number,
  budgetDays: number,
): number {
  let spent = 0;
  for (const at of memory) {
    if ((step - at) * stepMs <= MEMORY_DAYS * DAY_MS) spent++;
  }
  return budgetDays * (1 + (spent * budgetDays) / MEMORY_DAYS);
}

export function withOpening(memory: BudgetMemory, step: number, stepMs: number): BudgetMemory {
  return [...memory.filter((at) => (step - at) * stepMs <= MEMORY_DAYS * DAY_MS), step];
}

/**
 * Opening steps of findings: D reaches `budgetDays` (1 + k budgetDays / 30), k = findings opened in
 * the last 30 days; a finding stays open until it was below the budget for more than ten steps.
 * NaN days open nothing.
 */
export function findings(days: Float64Array, stepMs: number, budgetDays = 30): number[] {
  const opened: number[] = [];
  let memory: BudgetMemory = [];
  let lastRaised = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < days.length; step++) {
    if (!(days[step]! >= budgetDays)) continue;
    if (step - lastRaised > QUIET_STEPS) {
      if (days[step]! < barDays(memory, step, stepMs, budgetDays)) continue;
      memory = withOpening(memory, step, stepMs);
      opened.push(step);
    }
    lastRaised = step;
  }
  return opened;
}

/** Return period of every step in days, capped by ten times the age; `p` starts with the entity's first step. */
export function claimedDaysOf(p: Float64Array, stepMs: number): Float64Array {
  return p.map((value, step) => claimedDays(value, stepMs, step + 1));
}
