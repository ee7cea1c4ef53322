import { DAY_MS } from "../model/time.ts";

/** Days for which a finding raises the bar for the next one. Source: spec of detection, section 14. */
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
