import { Refusal } from "../../model/refusal.ts";

const ALWAYS = Number.NEGATIVE_INFINITY;

interface Budget {
  readonly fromStep: number;
  readonly days: number;
}

/** Alert budgets as they are saved: [first step or null, days]. */
export type SavedBudgets = readonly (readonly [fromStep: number | null, days: number])[];

/** The alert budget of each step: a change holds for steps that are not processed yet. */
export class BudgetSteps {
  /** Ascending by step; the first holds from the beginning. */
  #budgets: readonly Budget[];

  /** @throws Refusal "window/invalid" */
  constructor(days: number) {
    this.#budgets = [{ fromStep: ALWAYS, days: checked(days) }];
  }

  /** Days of the budget of the steps that are not processed yet. */
  get newest(): number {
    return this.#budgets.at(-1)!.days;
  }

  /** Days of the budget that holds in a step. */
  at(step: number): number {
    const budget = this.#budgets.findLast(({ fromStep }) => fromStep <= step);
    return (budget ?? this.#budgets[0]!).days;
  }

  /**
   * Holds after `processed` (-Infinity: from the beginning). Budgets that no step from `horizonStep`
   * on needs are dropped. @throws Refusal "window/invalid"
   */
  set(days: number, processed: number, horizonStep: number): void {
    checked(days);
    const fromStep = processed === ALWAYS ? ALWAYS : processed + 1;
    const before = this.#budgets.filter((budget) => budget.fromStep < fromStep);
    const needed = before.findLastIndex((budget) => budget.fromStep <= horizonStep);
    this.#budgets = [...before.slice(Math.max(needed, 0)), { fromStep, days }];
  }

  save(): SavedBudgets {
    return this.#budgets.map(({ fromStep, days }) => [fromStep === ALWAYS ? null : fromStep, days]);
  }

  restore(saved: SavedBudgets): void {
    this.#budgets = saved.map(([fromStep, days]) => ({ fromStep: fromStep ?? ALWAYS, days }));
  }
}

function checked(days: number): number {
  if (Number.isFinite(days) && days > 0) return days;
  throw new Refusal("window/invalid", "the budget is a number of days above 0", {
    budgetDays: days,
  });
}
