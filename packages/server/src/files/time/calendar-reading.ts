import { DAY_MS } from "@foreshock/core/fold";
import { type DayOrder, dependsOnOrder, writtenTime } from "./calendar.ts";
import { YEAR_2000_MS } from "./epoch.ts";
import { plainTime } from "./plain-time.ts";
import type {
  TimeColumn,
  TimeDecision,
  TimeProblem,
  TimeReading,
  ToInstant,
} from "./time-column.ts";

interface Place {
  readonly toInstant: ToInstant;
  /** Where times without a zone were written, in words. */
  readonly place: string;
}

const ORDERS: readonly DayOrder[] = ["day first", "month first"];
const ORDER_REMEDY =
  "say it with --time-format, such as dd/MM/yyyy HH:mm:ss or MM/dd/yyyy HH:mm:ss";

/** Dates with or without a time of day, in whatever shape they are written. */
export function calendarReading(column: TimeColumn, place: Place): TimeDecision {
  const open = column.texts.filter(dependsOnOrder);
  if (open.length === 0) return { reading: reading(column, place, undefined) };
  const order = orderOf(column.texts);
  if (order !== undefined) return { reading: reading(column, place, order) };
  if (!column.isAll) return "more";
  const index = column.texts.findIndex(dependsOnOrder);
  const problem = `"${column.texts[index]!.trim()}" may be day/month or month/day`;
  return { index, refused: { problem, remedy: ORDER_REMEDY } };
}

/**
 * Which of the two numbers is the day: a 13th decides it; else the order in which no step is longer
 * than a few days, where the other jumps by months.
 */
function orderOf(texts: readonly string[]): DayOrder | undefined {
  const steps = ORDERS.map((order) => longestStep(texts, order));
  const [dayFirst = Number.NaN, monthFirst = Number.NaN] = steps;
  if (Number.isNaN(dayFirst) && Number.isNaN(monthFirst)) return undefined;
  if (Number.isNaN(monthFirst)) return "day first";
  if (Number.isNaN(dayFirst)) return "month first";
  if (dayFirst >= 20 * DAY_MS && monthFirst <= 3 * DAY_MS) return "month first";
  if (monthFirst >= 20 * DAY_MS && dayFirst <= 3 * DAY_MS) return "day first";
  return undefined;
}

/** NaN where a text is no date in this order. */
function longestStep(texts: readonly string[], order: DayOrder): number {
  let longest = 0;
  let last: number | undefined;
  for (const text of texts) {
    const time = writtenTime(text, order);
    if (time === undefined) {
      if (dependsOnOrder(text)) return Number.NaN;
      continue;
    }
    if (last !== undefined) longest = Math.max(longest, Math.abs(time.localMs - last));
    last = time.localMs;
  }
  return longest;
}

function reading(column: TimeColumn, place: Place, order: DayOrder | undefined): TimeReading {
  const { toInstant } = place;
  const readAny = (text: string): number => {
    const plain = plainTime(text);
    if (!Number.isNaN(plain)) return toInstant(plain, text.length === 20 ? 0 : undefined);
    const time = writtenTime(text, order ?? "day first");
    if (time === undefined || (order === undefined && dependsOnOrder(text))) return Number.NaN;
    return toInstant(time.localMs, time.offsetMs);
  };
  const sample = column.texts
    .map((text) => ({ text, time: writtenTime(text, order ?? "day first") }))
    .find(({ time }) => time !== undefined);
  const isNamed = sample?.time?.offsetMs !== undefined;
  const zone = isNamed ? "with the zone they name" : `in ${place.place}`;
  const early = sample !== undefined && sample.time!.localMs < YEAR_2000_MS;
  const read = (text: string): number => {
    const at = readAny(text);
    // Among later ones it stands for no time at all: 1970-01-01, 1900-01-00.
    return at < YEAR_2000_MS && !early ? Number.NaN : at;
  };
  const shape = order === undefined ? "dates" : `dates, ${order},`;
  const when = early ? `; they begin in ${sample.text.trim()}` : "";
  return {
    how: `${shape} ${zone}${when}`,
    remarkable: order !== undefined || early,
    read,
    whyNot: (text) => whyNot(text, place),
  };
}

/** A date that reads, and is none in the zone or the order of the file. */
function whyNot(text: string, { place }: Place): TimeProblem | undefined {
  const time = writtenTime(text, "day first");
  if (time !== undefined && time.localMs < YEAR_2000_MS) {
    const problem = `"${text.trim()}" lies before 2000, the lines before it do not`;
    return { problem, remedy: "correct it, or leave the line out" };
  }
  if (dependsOnOrder(text)) {
    return {
      problem: `"${text.trim()}" is no date in the order of the lines before`,
      remedy: ORDER_REMEDY,
    };
  }
  if (time === undefined) return undefined;
  return {
    problem: `the clock of ${place} never showed "${text.trim()}"`,
    remedy: "name the zone that the times were written in with --zone",
  };
}
