import { DAY_MS } from "@foreshock/core/fold";
import { type DigitDate, digitDateOf, digitDatesOf } from "./digit-dates.ts";
import {
  epochUnitOf,
  msOf,
  type TimeUnit,
  UNIT_WORDS,
  YEAR_2000_MS,
  YEAR_2100_MS,
} from "./epoch.ts";
import type {
  TimeColumn,
  TimeDecision,
  TimeOptions,
  TimeProblem,
  TimeReading,
  ToInstant,
} from "./time-column.ts";

interface Place {
  readonly toInstant: ToInstant;
  readonly place: string;
}

const NUMBER = /^-?\d+([.,]\d*)?$/;
const POWER = /^\d\.(\d+)e\+?(\d{1,2})$/i;
/** Day 0 of a spreadsheet. */
const EXCEL_EPOCH_MS = Date.UTC(1899, 11, 30);
/** 1954 to 2119 as days of a spreadsheet. */
const SERIAL_FROM = 20_000;
const SERIAL_TO = 80_000;
const SECONDS_PER_DAY = 86_400;
/** A column that counts from an origin of its own begins within so many steps of it. */
const ORIGIN_STEPS_MAX = 1000;

export function isNumberText(text: string): boolean {
  return !Number.isNaN(numberOf(text));
}

function numberOf(text: string): number {
  const bare = text.trim();
  if (NUMBER.test(bare)) return Number(bare.replace(",", "."));
  const [, decimals = "", power] = POWER.exec(bare) ?? [];
  // All digits of a whole number must be there: 1.77e12 was rounded, and is no instant.
  return power !== undefined && decimals.length >= Number(power) ? Number(bare) : Number.NaN;
}

/**
 * Numbers in a time column: dates written as one number, days of a spreadsheet, epoch seconds to
 * nanoseconds, or a count from an origin of its own; whatever else they may be is refused.
 */
export function numberReading(
  column: TimeColumn,
  options: TimeOptions,
  place: Place,
): TimeDecision {
  if (options.timeFormat === "excel") return { reading: serialReading(place) };
  const { timeUnit } = options;
  if (timeUnit !== undefined) return { reading: toldReading(timeUnit) };
  const values = column.texts.map(numberOf).filter((value) => !Number.isNaN(value));
  const dates = digitDatesOf(column.texts);
  if (dates !== undefined) return { reading: digitReading(dates, place) };
  const unit = epochUnitOf(values[0]!);
  if (unit !== undefined) return { reading: epochReading(unit) };
  const all = values.every((value) => value >= SERIAL_FROM && value < SERIAL_TO);
  if (all) return serialOrNot(column, values, place);
  return countOrNot(column, values, options);
}

function toldReading(unit: TimeUnit): TimeReading {
  const read = (text: string) => msOf(numberOf(text), unit);
  return { how: `epoch ${UNIT_WORDS[unit]}, as told`, remarkable: false, read };
}

function epochReading(unit: TimeUnit): TimeReading {
  const read = (text: string): number => {
    const plain = text.includes("e") ? Number.NaN : Number(text);
    const at = msOf(Number.isNaN(plain) ? numberOf(text) : plain, unit);
    return at >= YEAR_2000_MS && at < YEAR_2100_MS ? at : Number.NaN;
  };
  const whyNot = (text: string) => {
    const at = msOf(numberOf(text), unit);
    return Number.isNaN(at) ? undefined : farAway(text, at, unit);
  };
  const remarkable = unit === "us" || unit === "ns";
  return { how: `epoch ${UNIT_WORDS[unit]}`, remarkable, read, whyNot };
}

/** A number that would lie outside of the years that metrics come from. */
function farAway(text: string, at: number, unit: TimeUnit): TimeProblem {
  const date = Math.abs(at) < 8.64e15 ? new Date(at).toISOString().slice(0, 10) : "no year at all";
  return {
    problem: `"${text.trim()}" in ${UNIT_WORDS[unit]} would be ${date}`,
    remedy: "correct it, or name the unit with --time-unit (or --time-format) if it is right",
  };
}

function digitReading({ digits, how }: DigitDate, { toInstant, place }: Place): TimeReading {
  const read = (text: string) => toInstant(digitDateOf(text.trim(), digits), undefined);
  return { how: `${how} in ${place}`, remarkable: true, read };
}

function serialReading({ toInstant, place }: Place): TimeReading {
  const read = (text: string): number => {
    const days = numberOf(text);
    // Spreadsheets count in days; the decimals that are written hold no more than seconds.
    const seconds = Math.round((days * DAY_MS) / 1000);
    return days >= 1 && days < 2 * SERIAL_TO
      ? toInstant(EXCEL_EPOCH_MS + seconds * 1000, undefined)
      : Number.NaN;
  };
  return {
    how: `days since 1899-12-30, as a spreadsheet counts, in ${place}`,
    remarkable: true,
    read,
  };
}

/** Numbers of some ten thousands: days of a spreadsheet, or a count of something. */
function serialOrNot(column: TimeColumn, values: readonly number[], place: Place): TimeDecision {
  const serial = { reading: serialReading(place) };
  if (/date|day|datum|tag\b/i.test(column.name)) return serial;
  const fractions = values.filter((value) => !Number.isInteger(value));
  const withinDay = fractions.length > 0 && smallestStep(values) < 1;
  const digits = column.texts.reduce(
    (most, text) => Math.max(most, (text.split(/[.,]/)[1] ?? "").length),
    0,
  );
  const error = 0.002 + (SECONDS_PER_DAY * 0.51) / 10 ** digits;
  const whole = fractions.every((value) => {
    const seconds = (value % 1) * SECONDS_PER_DAY;
    return Math.abs(seconds - Math.round(seconds)) <= error;
  });
  if (withinDay && digits >= 3 && whole) return serial;
  return {
    index: 0,
    refused: {
      problem: `"${column.texts[0]!.trim()}" may be days of a spreadsheet or a count of seconds`,
      remedy: "say which with --time-format excel or --time-unit s",
    },
  };
}

/** A count from an origin of its own, as in tables made for tests: whole thousands are milliseconds. */
function countOrNot(
  column: TimeColumn,
  values: readonly number[],
  { realTimesOnly }: TimeOptions,
): TimeDecision {
  const step = smallestStep(values);
  if (step === 0 && values.length < 2 && !column.isAll) return "more";
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const steps = step === 0 ? 1 : step;
  const counts = least >= 0 && least <= ORIGIN_STEPS_MAX * steps && realTimesOnly !== true;
  if (!counts) {
    const index = column.texts.findIndex((text) => NUMBER.test(text.trim()));
    return { index, refused: farAway(column.texts[index]!, msOf(values[0]!, "s"), "s") };
  }
  const firstStep = values.find((value) => value !== values[0]) ?? values[0]! + 1;
  const unit: TimeUnit = (firstStep - values[0]!) % 1000 === 0 ? "ms" : "s";
  const read = (text: string) => msOf(numberOf(text), unit);
  const how = `a count of ${UNIT_WORDS[unit]} from ${values[0]}, shown as if from 1970-01-01`;
  return { reading: { how, remarkable: true, read } };
}

/** The smallest difference of two neighbours; 0 where all are alike. */
function smallestStep(values: readonly number[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < values.length; i++) {
    const step = Math.abs(values[i]! - values[i - 1]!);
    if (step > 0) smallest = Math.min(smallest, step);
  }
  return Number.isFinite(smallest) ? smallest : 0;
}
