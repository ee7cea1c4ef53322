/** Texts that mean something to one reader or another, and bytes that mean nothing to any. */
const TOKENS: readonly Buffer[] = [
  ...[
    '"',
    '""',
    "\n",
    "\r\n",
    ",",
    ";",
    "[",
    "]",
    "{",
    "}",
    ":",
    "null",
    "1e999",
    "-",
    "0.",
    "\\u",
  ],
  ...["\\ud800", "\0", "\ufeff", "é", "\u2028", "__proto__", "NaN", "-Infinity", "9".repeat(40)],
].map((text) => Buffer.from(text));
const ODD_BYTES: readonly Buffer[] = [
  [0xff],
  [0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x0a, 0x00],
  [0x1a, 0xff, 0xff, 0xff, 0xff, 0x07],
  [0x1f, 0x8b],
  [0xed, 0xa0, 0x80],
].map((bytes) => Buffer.from(bytes));

/** Numbers in [0, below), the same ones for the same seed. Source: mulberry32 (public domain). */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A body with one to six changes: bits, bytes, parts cut, doubled, moved or put in between. */
export function mutated(body: Buffer, roll: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(body);
  for (let change = roll(1 + roll(6)); change >= 0; change--) bytes = changed(bytes, roll);
  return bytes;
}

function changed(bytes: Buffer, roll: (below: number) => number): Buffer {
  if (bytes.length === 0) return Buffer.from(pick(TOKENS, roll));
  const at = roll(bytes.length);
  const part = bytes.subarray(at, at + 1 + roll(Math.min(64, bytes.length - at)));
  const to = roll(bytes.length + 1);
  switch (roll(8)) {
    case 0:
      bytes[at]! ^= 1 << roll(8);
      return bytes;
    case 1:
      bytes[at] = roll(256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + part.length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, to), part, bytes.subarray(to)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, to), pick(TOKENS, roll), bytes.subarray(to)]);
    case 6:
      return Buffer.concat([bytes.subarray(0, to), pick(ODD_BYTES, roll), bytes.subarray(to)]);
    default:
      return Buffer.concat([bytes.subarray(0, to), ...new Array<Buffer>(1 + roll(200)).fill(part)]);
  }
}

function pick<Item>(items: readonly Item[], roll: (below: number) => number): Item {
  return items[roll(items.length)]!;
}
