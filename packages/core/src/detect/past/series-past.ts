import { HABIT, type HabitMark, habitKind } from "../../model/habit-mark.ts";
import { unreadable } from "../../model/state-bytes.ts";
import { type StateMemory, stateRoom } from "../../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../../model/time.ts";
import { HABIT_NUMBERS, SAID_MARK } from "./habit-numbers.ts";
import { stepHabits } from "./habits.ts";
import { RECORD_NUMBERS, recordP, withRecord } from "./record-evidence.ts";

const HABITS_AT = 8 * RECORD_NUMBERS;
const BYTES = HABITS_AT + 4 * HABIT_NUMBERS;

/**
 * What a series knows of its own past beside the tail of its nonconformity: how far its values have reached, and what
 * comes again by the clock. O(1) per point, no objects; 356 bytes.
 */
export class SeriesPast {
  /** p of the latest point before the second look at the series' promises: what orders. */
  tailP = 1;
  /** The same with records: what the series passes up to its node. */
  childP = 1;
  readonly #record: Float64Array;
  readonly #habits: Float32Array;

  constructor(memory?: StateMemory) {
    const { buffer, at } = stateRoom(BYTES, memory);
    this.#record = new Float64Array(buffer, at, RECORD_NUMBERS);
    this.#habits = new Float32Array(buffer, at + HABITS_AT, HABIT_NUMBERS);
  }

  /** What a habit says of the latest point. */
  get mark(): HabitMark {
    return this.#habits[SAID_MARK]!;
  }

  reset(): void {
    this.#record.fill(0);
    this.#habits.fill(0);
  }

  /**
   * One point, in time order; not finite = missing. Gives p, and keeps what it says else.
   *
   * @param away distance from the slow level as it was before the point; NaN: not known
   * @param p after the second look at the series' promises, `tailP` before it
   */
  push(
    atMs: EpochMs,
    value: number,
    away: number,
    p: number,
    tailP: number,
    intervalMs: DurationMs,
  ): number {
    const habits = this.#habits;
    habits[SAID_MARK] = 0;
    if (!Number.isFinite(value)) {
      this.tailP = this.childP = 1;
      return p;
    }
    const childP = withRecord(tailP, recordP(value, intervalMs, this.#record));
    this.tailP = tailP;
    this.childP = childP;
    if (Number.isNaN(away)) return p;
    const habitP = stepHabits(habits, atMs, away, tailP, intervalMs);
    const mark = habits[SAID_MARK]!;
    if (mark === 0) return p;
    const came = habitKind(mark) === HABIT.came;
    const bounded = came ? Math.max : Math.min;
    this.tailP = bounded(tailP, habitP);
    this.childP = bounded(childP, habitP);
    return bounded(p, habitP);
  }

  /** A view of the whole state. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#record.buffer, this.#record.byteOffset, BYTES);
  }

  /** @throws Refusal "state/unreadable" for another length. */
  restore(bytes: Uint8Array): void {
    if (bytes.length !== BYTES) {
      throw unreadable("its length is not that of a past", { bytes: bytes.length });
    }
    this.bytes().set(bytes);
  }
}
