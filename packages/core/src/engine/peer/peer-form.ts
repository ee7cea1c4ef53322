import { DAY_MS, type DurationMs } from "../../model/time.ts";
import { upperMedianOfSorted } from "../../stats/sorted-median.ts";

/** How a node is compared with the median of the others. */
export type PeerForm = "difference" | "ratio";

/** The form is settled after a day of compared points, within these bounds. */
const SETTLED_POINTS_MIN = 60;
const SETTLED_POINTS_MAX = 1440;
/** A ratio must leave this much less than a difference: without swings the two are alike. */
const CLEARLY_LESS = 0.8;
/** Below this share of its usual size a median is too small to divide by. */
const MEDIAN_SHARE_MIN = 0.05;

export interface SettledForm {
  readonly form: PeerForm;
  /** The first index at which the form counts; before it differences do. Length = never settled. */
  readonly fromIndex: number;
  /** Medians below this are too small for a ratio. */
  readonly medianMin: number;
}

/**
 * Difference or ratio, by what the first day shows: where nodes differ in size, a node swings with the
 * others in proportion, and the difference keeps a part of their swing that the ratio does not. A ratio
 * needs positive medians. Only points before `fromIndex` are looked at.
 */
export function settledForm(
  values: Float64Array,
  median: Float64Array,
  intervalMs: DurationMs,
): SettledForm {
  const wanted = Math.min(
    SETTLED_POINTS_MAX,
    Math.max(SETTLED_POINTS_MIN, Math.round(DAY_MS / intervalMs)),
  );
  const compared: number[] = [];
  let fromIndex = 0;
  for (; fromIndex < values.length && compared.length < wanted; fromIndex++) {
    if (!Number.isNaN(values[fromIndex]! - median[fromIndex]!)) compared.push(fromIndex);
  }
  if (compared.length < wanted) {
    return { form: "difference", fromIndex: values.length, medianMin: 0 };
  }
  const usual = middle(compared.map((i) => median[i]!));
  const medianMin = MEDIAN_SHARE_MIN * usual;
  const divisible = usual > 0 && compared.every((i) => median[i]! > medianMin);
  const ratio = divisible && ratioLeavesLess(compared, values, median);
  return { form: ratio ? "ratio" : "difference", fromIndex, medianMin };
}

/** The residual that the models judge: NaN where it is not known. */
export function peerResidual(
  values: Float64Array,
  median: Float64Array,
  { form, medianMin }: Pick<SettledForm, "form" | "medianMin">,
): Float64Array {
  if (form === "difference") return values.map((value, i) => value - median[i]!);
  return values.map((value, i) => (median[i]! > medianMin ? value / median[i]! : Number.NaN));
}

function ratioLeavesLess(
  compared: readonly number[],
  values: Float64Array,
  median: Float64Array,
): boolean {
  const gain = middle(compared.map((i) => values[i]! / median[i]!));
  const byRatio = spread(compared.map((i) => values[i]! - gain * median[i]!));
  const byDifference = spread(compared.map((i) => values[i]! - median[i]!));
  return byRatio < CLEARLY_LESS * byDifference;
}

/** Median distance from the median. */
function spread(numbers: readonly number[]): number {
  const center = middle(numbers);
  return middle(numbers.map((number) => Math.abs(number - center)));
}

function middle(numbers: readonly number[]): number {
  return upperMedianOfSorted(Float64Array.from(numbers).sort());
}
