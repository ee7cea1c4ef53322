import type { Dice } from "../simulator/dice.ts";

/** Lengths and numbers at the edges of what decoders count with, as bytes. */
const EDGES: readonly (readonly number[])[] = [
  [0],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
];

/** What the grammars of the doors are made of, and what has broken others. */
const WORDS: readonly string[] = [
  ...['"', '""', ",", "\n", "\r\n", "\0", "{", "}", "[", "]", ":", "[[[[[[[[", "]]]]]]]]"],
  ...["null", "true", "NaN", "Infinity", "-0", "1e309", "-1e309", "1e-400", "9007199254740993"],
  ...["\\u0000", "\\ud800", "\u202e", "\ufeff", "__proto__", "constructor", "toString"],
  ...["timestamp", "value", "cluster", "node", "metric", "points", "series", "metadata"],
  ...["9999999999999999", "-1", "0", "1.5", "2026-07-01T00:00:00Z", "now-999999999w", "%00", "%ff"],
];

/** One to eight changes: flips, cuts, splices, repeats, edges and words, anywhere. */
export function mutated(bytes: Buffer, dice: Dice): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let left = dice.whole(1, 8); left > 0; left--) changed = changedOnce(changed, dice);
  return changed;
}

function changedOnce(bytes: Buffer, dice: Dice): Buffer {
  const from = dice.whole(0, bytes.length);
  const to = Math.min(bytes.length, from + dice.whole(0, 32));
  const put = (middle: Uint8Array, end = to) =>
    Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(end)]);
  switch (dice.whole(0, 7)) {
    case 0:
      return flipped(bytes, from, dice);
    case 1:
      return bytes.subarray(0, from);
    case 2:
      return put(new Uint8Array());
    case 3:
      return put(Buffer.from(dice.of(EDGES)), from);
    case 4:
      return put(Buffer.from(dice.of(WORDS)), dice.chance(0.5) ? from : to);
    case 5:
      return put(Buffer.concat(Array(dice.whole(2, 200)).fill(bytes.subarray(from, to))));
    case 6:
      return put(bytes.subarray(dice.whole(0, bytes.length)), from).subarray(0, 1 << 18);
    default:
      return put(Uint8Array.from({ length: dice.whole(1, 64) }, () => dice.whole(0, 255)));
  }
}

function flipped(bytes: Buffer, at: number, dice: Dice): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = copy[at]! ^ (1 << dice.whole(0, 7));
  return copy;
}

/** A word of the list, a number, or some text. */
export function someWord(dice: Dice): string {
  if (dice.chance(0.6)) return dice.of(WORDS);
  if (dice.chance(0.5)) return String(dice.whole(-(2 ** 31), 2 ** 31));
  const length = dice.chance(0.02) ? 5000 : dice.whole(0, 12);
  return Array.from({ length }, () => String.fromCharCode(dice.whole(0, 0xffff))).join("");
}
