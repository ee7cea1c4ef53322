import { type EpochMs, MINUTE_MS } from "../../model/time.ts";

// Where the numbers of habits are: single precision, times in minutes.

const HABITS = 6;
/** Numbers of a habit. Its count is 0 where the place is free; `period` counts from the second time on. */
export const H = {
  count: 0,
  period: 1,
  /** When it began last. */
  last: 2,
  /** Usual size, signed: how far the values went from where they were; and the largest. */
  size: 3,
  largest: 4,
  length: 5,
  missed: 6,
  inARow: 7,
  /** Of the time that is due: when it came (0: not yet), when it was last there, its size. */
  came: 8,
  lastThere: 9,
  reached: 10,
  /** Distance from the slow level when its time began; NaN between two times. */
  base: 11,
} as const;
export const H_LENGTH = 12;

export const HABITS_END = HABITS * H_LENGTH;
/** The event that goes on: its first and last rare point (0: none), and its size; whether all of it was known. */
export const BEGAN = HABITS_END;
export const LAST_RARE = HABITS_END + 1;
export const SIZE = HABITS_END + 2;
export const KNOWN = HABITS_END + 3;
/** Before this time no habit is due. */
export const NEXT = HABITS_END + 4;
export const LAST_AT = HABITS_END + 5;
/** When the event was last at half of its size or more. */
export const LAST_THERE = HABITS_END + 6;
/** How rare the event was at its rarest, in days. */
export const RAREST = HABITS_END + 7;
/** Distance from the slow level at the last point that was part of no event. */
export const BEFORE = HABITS_END + 8;
/** The answer about the latest point: a HabitMark. */
export const SAID_MARK = HABITS_END + 9;
/** Numbers of memory, all 0 to begin with. */
export const HABIT_NUMBERS = HABITS_END + 10;

/** From this count on a habit is known, so from the fourth time on. */
export const KNOWN_COUNT = 3;

/** 2020-01-01. Single precision holds every minute of 31 years on both sides. */
const ORIGIN_MS: EpochMs = 1_577_836_800_000;

/** A time that was kept, to the minute. */
export function keptTime(n: Float32Array, place: number): EpochMs {
  return n[place]! * MINUTE_MS + ORIGIN_MS;
}

/** 0 is no time, so the very minute of the origin is kept as the next one. */
export function keepTime(n: Float32Array, place: number, atMs: EpochMs): void {
  n[place] = Math.floor((atMs - ORIGIN_MS) / MINUTE_MS) || 1;
}
