import {
  assertLittleEndian,
  type Checksum,
  openState,
  sealState,
  unreadable,
} from "../model/state-bytes.ts";
import { type StateMemory, stateRoom } from "../model/state-memory.ts";
import { INCIDENT_NUMBERS, learnIncident, SERIES_LAW, secondLook } from "../stats/incident-tail.ts";
import { priorHistogram, TAIL } from "./tail-prior.ts";

// A file's own constants are folded into its hot path, imported ones are not.
const { BINS, BINS_PER_OCTAVE, LOWEST_OCTAVE, SHARE, PRIOR_SHAPE, PRIOR_SHAPE_WEIGHT } = TAIL;

const STATE_FORMAT = 0x54;
const VERSION = 2;

/** A logarithm of an exceedance counts as at most this much, so that one incident cannot bend the shape. */
const LOG_EXCESS_MAX = 1.5;
const SHAPE_FORGETTING = 0.002;

/** Points half as old weigh twice as much: 14 days at one minute. */
const GROWTH = 1 / 0.5 ** (1 / 20_000);
const GROWTH_MAX = 1e6;

/** A run of points rarer than this is one incident, closed after this many quiet points. */
const CLUSTER_P = 5e-3;
const CLUSTER_QUIET = 10;
/** The n-th point of an incident weighs 1 / (1 + 3 (n - 1)): it counts about once in all. */
const CLUSTER_DISCOUNT = 3;

/** Keeps the logarithm of a nonconformity of 0 finite; part of the measured law. */
const LOG_OFFSET = 1e-6;

/** Farther than this below the threshold, in bins, `LOG_OFFSET` and rounding cannot matter. */
const CLEARLY_BELOW = 1e-3;

/** Place of each number after the bins. */
const TOTAL = 0;
const GROWN = 1;
const SHAPE_SUM = 2;
const SHAPE_WEIGHT = 3;
const CLUSTER_LENGTH = 4;
const QUIET_LENGTH = 5;
/** Highest bin that the tail's share reaches into, and the mass in the bins above it. */
const TOP = 6;
const ABOVE = 7;
const INCIDENT_AT = 8;
const NUMBERS = INCIDENT_AT + INCIDENT_NUMBERS;

const STATE_BYTES = NUMBERS * 8 + BINS * 4;

const PRIOR = Float32Array.from(priorHistogram());

/**
 * How rare a nonconformity is for one entity: its tail probability under what the entity has shown
 * so far, starting from the law that healthy series share. Below the 98 % point that is the seen
 * share of points at or above it; beyond, the larger of a Pareto tail and of what was seen, so that
 * weekly jobs stop being surprises. An incident is learnt about once, not by its length. At last a
 * second look asks whether the incidents of this very series have kept the promise.
 *
 * Works on any engine's nonconformity that is of the order of 1 on healthy data.
 *
 * Cost: O(bins between the value and the 98 % point), about 10; 432 bytes.
 * Source: spec/detection.md section 5, steps 7 and 8.
 */
export class TailCalibrator {
  /** p of the latest point before the second look: evidence for the level above. */
  tailP = 1;
  readonly #numbers: Float64Array;
  readonly #bins: Float32Array;

  constructor(memory?: StateMemory) {
    const { buffer, at } = stateRoom(STATE_BYTES, memory);
    this.#numbers = new Float64Array(buffer, at, NUMBERS);
    this.#bins = new Float32Array(buffer, at + NUMBERS * 8, BINS);
    this.reset();
  }

  /** Forgets everything but the prior. */
  reset(): void {
    const numbers = this.#numbers;
    this.#bins.set(PRIOR);
    numbers.fill(0);
    numbers[GROWN] = 1;
    numbers[SHAPE_SUM] = PRIOR_SHAPE * PRIOR_SHAPE_WEIGHT;
    numbers[SHAPE_WEIGHT] = PRIOR_SHAPE_WEIGHT;
    recount(numbers, this.#bins);
  }

  /**
   * The tail probability, in (0, 1], as before the point; then learns it. NaN = missing: 1.
   * Negative answers count as 0.
   */
  push(nonconformity: number): number {
    this.tailP = 1;
    if (Number.isNaN(nonconformity)) return 1;
    const numbers = this.#numbers;
    const bins = this.#bins;
    const s = Math.max(nonconformity, 0);
    const position = BINS_PER_OCTAVE * (Math.log2(s + LOG_OFFSET) - LOWEST_OCTAVE);
    const bin = Math.min(Math.max(Math.floor(position), 0), BINS - 1);
    const threshold = thresholdUnless(position, numbers, bins);
    const extreme = s > threshold;
    const p = extreme
      ? beyond(s / threshold, bin, numbers, bins)
      : within(position, bin, numbers, bins);
    const weight = incidentWeight(p, numbers);
    learn(bin, weight, numbers, bins);
    if (extreme) learnShape(s / threshold, weight, numbers);
    this.tailP = p;
    const looked = secondLook(p, numbers, INCIDENT_AT, SERIES_LAW);
    learnIncident(p, numbers, INCIDENT_AT);
    return looked;
  }

  /** Little-endian bytes of the whole state. */
  save(checksum?: Checksum): Uint8Array {
    assertLittleEndian();
    return sealState(STATE_FORMAT, VERSION, this.#bytes(), checksum);
  }

  /** @throws Refusal "state/unreadable" for other formats, lengths, checksums; the state then stays. */
  restore(bytes: Uint8Array, checksum?: Checksum): void {
    assertLittleEndian();
    const payload = openState(STATE_FORMAT, VERSION, bytes, checksum);
    if (payload.length !== STATE_BYTES) {
      throw unreadable("its length is not a calibrator's", { bytes: payload.length });
    }
    this.#bytes().set(payload);
  }

  /** Made when asked for: a view costs 100 bytes. */
  #bytes(): Uint8Array {
    return new Uint8Array(this.#numbers.buffer, this.#numbers.byteOffset, STATE_BYTES);
  }
}

/** The 98 % point, interpolated inside its bin; Infinity where `position` is clearly below it. */
function thresholdUnless(position: number, numbers: Float64Array, bins: Float32Array): number {
  const top = numbers[TOP]! | 0;
  const mass = bins[top]!;
  const wanted = SHARE * numbers[TOTAL]!;
  const part = mass > 0 ? (wanted - numbers[ABOVE]!) / mass : 0;
  const at = top + 1 - part;
  if (position < at - CLEARLY_BELOW) return Number.POSITIVE_INFINITY;
  return 2 ** (at / BINS_PER_OCTAVE + LOWEST_OCTAVE);
}

/** Beyond the threshold: Pareto, or what was seen above (half of the own bin), whichever is more. */
function beyond(excess: number, bin: number, numbers: Float64Array, bins: Float32Array): number {
  const shape = numbers[SHAPE_SUM]! / numbers[SHAPE_WEIGHT]!;
  let seen = 0.5 * bins[bin]!;
  for (let b = BINS - 1; b > bin; b--) seen += bins[b]!;
  return Math.max(SHARE * excess ** (-1 / shape), seen / numbers[TOTAL]!);
}

/** Below the threshold: the mass above, interpolated inside the own bin, at least the tail's share. */
function within(position: number, bin: number, numbers: Float64Array, bins: Float32Array): number {
  const top = numbers[TOP]! | 0;
  if (bin > top) return SHARE;
  let mass = numbers[ABOVE]! + bins[bin]! * (1 - (position - bin));
  for (let b = top; b > bin; b--) mass += bins[b]!;
  return Math.min(Math.max(mass / numbers[TOTAL]!, SHARE), 1);
}

function incidentWeight(p: number, numbers: Float64Array): number {
  if (p < CLUSTER_P) {
    numbers[CLUSTER_LENGTH]! += 1;
    numbers[QUIET_LENGTH] = 0;
  } else {
    numbers[QUIET_LENGTH]! += 1;
    if (numbers[QUIET_LENGTH]! > CLUSTER_QUIET) numbers[CLUSTER_LENGTH] = 0;
  }
  return 1 / (1 + CLUSTER_DISCOUNT * Math.max(numbers[CLUSTER_LENGTH]! - 1, 0));
}

/** Adds a point to the histogram. New points grow in weight instead of old ones shrinking. */
function learn(bin: number, weight: number, numbers: Float64Array, bins: Float32Array): void {
  numbers[GROWN]! *= GROWTH;
  const before = bins[bin]!;
  bins[bin] = before + numbers[GROWN]! * weight;
  // What single precision really took, so that the total stays the sum of the bins.
  const added = bins[bin]! - before;
  numbers[TOTAL]! += added;
  if (bin > numbers[TOP]!) numbers[ABOVE]! += added;
  if (numbers[GROWN]! > GROWTH_MAX) {
    const shrink = 1 / numbers[GROWN]!;
    for (let b = 0; b < BINS; b++) bins[b] = bins[b]! * shrink;
    numbers[GROWN] = 1;
    recount(numbers, bins);
  } else {
    followTop(numbers, bins);
  }
}

/** Moves the top bin to where the tail's share now ends. */
function followTop(numbers: Float64Array, bins: Float32Array): void {
  const wanted = SHARE * numbers[TOTAL]!;
  let top = numbers[TOP]! | 0;
  let above = numbers[ABOVE]!;
  while (top > 0 && above + bins[top]! < wanted) {
    above += bins[top]!;
    top--;
  }
  while (top < BINS - 1 && above >= wanted) {
    top++;
    above -= bins[top]!;
  }
  numbers[TOP] = top;
  numbers[ABOVE] = above;
}

/** Total, top and the mass above it, from the bins alone. */
function recount(numbers: Float64Array, bins: Float32Array): void {
  let total = 0;
  for (let b = 0; b < BINS; b++) total += bins[b]!;
  numbers[TOTAL] = total;
  numbers[TOP] = BINS - 1;
  numbers[ABOVE] = 0;
  followTop(numbers, bins);
}

/** Mean logarithmic excess over the threshold (Hill), pulled back to the prior. */
function learnShape(excess: number, weight: number, numbers: Float64Array): void {
  const pull = SHAPE_FORGETTING * weight;
  const sum = numbers[SHAPE_SUM]! + weight * Math.min(Math.log(excess), LOG_EXCESS_MAX);
  const count = numbers[SHAPE_WEIGHT]! + weight;
  numbers[SHAPE_SUM] = sum - pull * (sum - PRIOR_SHAPE * PRIOR_SHAPE_WEIGHT);
  numbers[SHAPE_WEIGHT] = count - pull * (count - PRIOR_SHAPE_WEIGHT);
}
