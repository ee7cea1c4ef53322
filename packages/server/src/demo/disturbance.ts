import type { DemoMetric } from "./metric-catalog.ts";

/**
 * Something that bends metrics of some nodes for a while: a habit of the fleet (a nightly batch) or
 * an injected fault. It acts on the values before rounding, limits and counting.
 */
export interface Disturbance {
  readonly id: string;
  readonly clusterId: string;
  /** Which nodes; undefined = all of the cluster. */
  readonly nodeIds?: ReadonlySet<string>;
  /** When, ascending and apart; usually one. */
  readonly spells: readonly Spell[];
  readonly effects: readonly MetricEffect[];
  /** The node reports nothing at all. */
  readonly silent?: boolean;
}

/** Half-open. `amount` scales every effect: no two nights of a batch are alike. */
export interface Spell {
  readonly startMs: number;
  readonly endMs: number;
  readonly amount: number;
}

export interface MetricEffect {
  readonly metric: DemoMetric;
  /**
   * add: + amount; scale: x amount; spread: the distance to the usual level x amount, so the mean
   * stays; hold: the value stays where it was when the spell began.
   */
  readonly form: "add" | "scale" | "spread" | "hold";
  readonly amount: number;
  /** From the start of the spell to the first sign in this metric. */
  readonly delayMs?: number;
  /** From the first sign to the full effect, straight; 0 = at once. */
  readonly riseMs?: number;
  /** From the full effect back to nothing at the end of the spell, straight; 0 = at once. */
  readonly fallMs?: number;
}

/** What one effect remembers from chunk to chunk, for one node. */
export interface EffectMemory {
  held: number;
}

/** The part of a column that one spell touches. */
export interface Stretch {
  readonly startMs: number;
  readonly stepMs: number;
  readonly spell: Spell;
  /** Usual level at an instant, for `spread`. */
  readonly levelAt: (atMs: number) => number;
}

/** Bends `column` in place where the spell reaches it; `column[i]` is at startMs + i * stepMs. */
export function applyEffect(
  column: Float64Array,
  effect: MetricEffect,
  stretch: Stretch,
  memory: EffectMemory,
): void {
  const { startMs, stepMs, spell, levelAt } = stretch;
  const beginMs = spell.startMs + (effect.delayMs ?? 0);
  const from = Math.max(0, Math.ceil((beginMs - startMs) / stepMs));
  const to = Math.min(column.length, Math.ceil((spell.endMs - startMs) / stepMs));
  for (let i = from; i < to; i++) {
    const atMs = startMs + i * stepMs;
    const share = spell.amount * reached(effect, atMs - beginMs, spell.endMs - atMs);
    const value = column[i]!;
    if (effect.form === "add") column[i] = value + effect.amount * share;
    else if (effect.form === "scale") column[i] = value * (1 + (effect.amount - 1) * share);
    else if (effect.form === "spread") {
      const level = levelAt(atMs);
      column[i] = level + (value - level) * (1 + (effect.amount - 1) * share);
    } else {
      if (Number.isNaN(memory.held)) memory.held = value;
      column[i] = memory.held;
    }
  }
}

/** How much of the effect is there, 0 to 1. */
function reached({ riseMs, fallMs }: MetricEffect, sinceMs: number, leftMs: number): number {
  const risen = riseMs ? sinceMs / riseMs : 1;
  const fallen = fallMs ? leftMs / fallMs : 1;
  return Math.min(1, risen, fallen);
}

/** Spells that touch [startMs, endMs). */
export function spellsIn(disturbance: Disturbance, startMs: number, endMs: number): Spell[] {
  return disturbance.spells.filter((spell) => spell.startMs < endMs && spell.endMs > startMs);
}
