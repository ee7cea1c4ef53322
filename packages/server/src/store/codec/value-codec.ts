import { type BitReader, type BitWriter, riceParameter, unzigzag, zigzag } from "./bit-stream.ts";

/** A value may be stored as a whole number after scaling by one of these. Most metrics have <= 4 decimals. */
export const POWERS = [1, 10, 100, 1000, 10_000] as const;

/** Scaled values stay below 2^49, so that zigzag of their differences stays well below 2^52. */
const SCALED_MAX = 2 ** 49;
const K_BITS = 6;
const BYTES = 8;

const words = new Float64Array(2);
const wordBytes = new Uint8Array(words.buffer);

/**
 * The fewest decimals at which every value in [from, to) is stored as a whole number and comes back
 * bit for bit; -1 where there is none: infinities, -0, full mantissas. NaN is no obstacle.
 */
export function decimalsOf(values: Float64Array, from: number, to: number): number {
  let decimals = 0;
  for (let i = from; i < to; i++) {
    while (!comesBack(values[i]!, POWERS[decimals]!)) {
      if (++decimals === POWERS.length) return -1;
    }
  }
  for (let i = from; i < to; i++) {
    if (!comesBack(values[i]!, POWERS[decimals]!)) return -1;
  }
  return decimals;
}

function comesBack(value: number, power: number): boolean {
  if (Number.isNaN(value)) return true;
  // Adding 0 turns -0 into 0, which then differs from the value: whole numbers have no -0.
  const scaled = Math.round(value * power) + 0;
  return scaled < SCALED_MAX && scaled > -SCALED_MAX && Object.is(scaled / power, value);
}

/** Values as Rice-coded steps, or as distances from their mean where that is shorter. */
export function writeScaled(
  out: BitWriter,
  values: Float64Array,
  from: number,
  to: number,
  decimals: number,
): void {
  const power = POWERS[decimals]!;
  const present = writePresence(out, values, from, to);
  if (present === 0) return;
  const center = Math.round((sumOf(values, from, to) / present) * power);
  const steps = costOf(values, from, to, power, Number.NaN);
  const distances = costOf(values, from, to, power, center);
  const fromCenter = distances < steps;
  const k = riceParameter(Math.min(steps, distances) / present);
  out.bits(fromCenter ? 1 : 0, 1);
  out.bits(k, K_BITS);
  let base = fromCenter ? center : firstOf(values, from, to, power);
  out.wide(zigzag(base), 52);
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const scaled = Math.round(value * power);
    out.rice(zigzag(scaled - base), k);
    if (!fromCenter) base = scaled;
  }
}

export function readScaled(from: BitReader, values: Float64Array, decimals: number): void {
  const power = POWERS[decimals]!;
  const present = readPresence(from, values);
  if (present === 0) return;
  const fromCenter = from.bits(1) === 1;
  const k = from.bits(K_BITS);
  let base = unzigzag(from.wide(52));
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) continue;
    const scaled = base + unzigzag(from.rice(k));
    values[i] = scaled / power;
    if (!fromCenter) base = scaled;
  }
}

/** One bit: is any missing? Then one bit per value. Returns the number of values present. */
function writePresence(out: BitWriter, values: Float64Array, from: number, to: number): number {
  let present = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]!)) present++;
  const all = present === to - from;
  out.bits(all ? 0 : 1, 1);
  if (!all) for (let i = from; i < to; i++) out.bits(Number.isNaN(values[i]!) ? 0 : 1, 1);
  return present;
}

/** Leaves 0 where a value is to come and NaN where it is missing. */
function readPresence(from: BitReader, values: Float64Array): number {
  if (from.bits(1) === 0) return values.length;
  let present = 0;
  for (let i = 0; i < values.length; i++) {
    if (from.bits(1) === 1) present++;
    else values[i] = Number.NaN;
  }
  return present;
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i]!)) sum += values[i]!;
  return sum;
}

function firstOf(values: Float64Array, from: number, to: number, power: number): number {
  for (let i = from; i < to; i++)
    if (!Number.isNaN(values[i]!)) return Math.round(values[i]! * power);
  return 0;
}

/** Sum of the coded numbers: from `center`, or from the value before where it is NaN. */
function costOf(
  values: Float64Array,
  from: number,
  to: number,
  power: number,
  center: number,
): number {
  const walking = Number.isNaN(center);
  let base = walking ? firstOf(values, from, to, power) : center;
  let sum = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const scaled = Math.round(value * power);
    sum += zigzag(scaled - base);
    if (walking) base = scaled;
  }
  return sum;
}

/** Doubles XORed with the one before, byte plane by byte plane; planes of zeros cost one bit. */
export function writeRaw(out: BitWriter, values: Float64Array, from: number, to: number): void {
  const planes = new Uint8Array(BYTES * (to - from));
  const count = to - from;
  words[0] = 0;
  for (let i = 0; i < count; i++) {
    words[1] = values[from + i]!;
    for (let b = 0; b < BYTES; b++) planes[b * count + i] = wordBytes[b]! ^ wordBytes[BYTES + b]!;
    words[0] = values[from + i]!;
  }
  for (let b = 0; b < BYTES; b++) {
    const plane = planes.subarray(b * count, (b + 1) * count);
    const empty = plane.every((byte) => byte === 0);
    out.bits(empty ? 0 : 1, 1);
    if (!empty) for (let i = 0; i < count; i++) out.bits(plane[i]!, 8);
  }
}

export function readRaw(from: BitReader, values: Float64Array): void {
  const count = values.length;
  const bytes = new Uint8Array(BYTES * count);
  for (let b = 0; b < BYTES; b++) {
    if (from.bits(1) === 0) continue;
    for (let i = 0; i < count; i++) bytes[i * BYTES + b] = from.bits(8);
  }
  for (let i = BYTES; i < bytes.length; i++) bytes[i]! ^= bytes[i - BYTES]!;
  values.set(new Float64Array(bytes.buffer));
}
