import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copy, literal, snappy, varint } from "../../testing/remote-write-bytes.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { SnappyReader } from "./snappy.ts";

const MIB = 1024 * 1024;
const unsnappy = (bytes: Uint8Array, bytesMax: number): Buffer =>
  new SnappyReader().read(bytes, bytesMax);
const bodies = fc
  .oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .array(fc.constantFrom("cpu", "node-1", "instance", "=", "\0\0\0\0\0\0"), { maxLength: 800 })
      .map((words) => Buffer.from(words.join(""))),
  )
  .map((bytes) => Buffer.from(bytes));

describe("SnappyReader", () => {
  it("gives back what was packed", () => {
    fc.assert(
      fc.property(bodies, (bytes) => {
        expect(unsnappy(snappy(bytes), MIB).equals(bytes)).toBe(true);
      }),
    );
  });

  it("unpacks one block after another into the same memory, each as if it were the first", () => {
    fc.assert(
      fc.property(fc.array(bodies, { maxLength: 6 }), (all) => {
        const reader = new SnappyReader();
        for (const bytes of all) expect(reader.read(snappy(bytes), MIB).equals(bytes)).toBe(true);
      }),
    );
  });

  it("by hand: a literal, copies of all three forms, and a run that overlaps itself", () => {
    const block = Buffer.concat([
      varint(30),
      literal(Buffer.from("abcde")),
      copy(5, 5),
      copy(1, 12),
      copy(10, 3),
      Buffer.from([(4 << 2) | 3, 5, 0, 0, 0]),
    ]);
    //  abcde abcde eeeeeeeeeeee eee eeeee: the last copies look 10 and 5 bytes back into the run.
    expect(unsnappy(block, MIB).toString()).toBe(`abcdeabcde${"e".repeat(20)}`);
  });

  it("unpacks literals longer than one, two and three bytes of length can say", () => {
    for (const length of [1, 60, 61, 256, 257, 65_536, 65_537, 70_000]) {
      const bytes = Buffer.alloc(length, 7);
      const block = Buffer.concat([varint(length), literal(bytes)]);
      expect(unsnappy(block, MIB).equals(bytes)).toBe(true);
    }
  });

  it("refuses a declared length over the limit before it allocates anything", () => {
    const bomb = Buffer.concat([varint(0xffff_ffff), Buffer.from([0xfe, 1, 0])]);
    const before = process.memoryUsage();
    expect(() => unsnappy(bomb, 32 * MIB)).toThrow(/unfolds to more than 33554432 bytes/);
    const after = process.memoryUsage();
    const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
    expect(grown).toBeLessThan(MIB);
  });

  it("refuses a declared length that so few bytes cannot unfold to", () => {
    // The body of 7 bytes for which another decoder returned 256 MiB.
    const lie = Buffer.concat([varint(32 * MIB), Buffer.from([0, 0, 0])]);
    expect(() => unsnappy(lie, 32 * MIB)).toThrow(/declares more bytes than it can hold/);
  });

  const cases: [name: string, block: Buffer, message: RegExp][] = [
    ["nothing", Buffer.alloc(0), /no readable length/],
    ["a length without end", Buffer.alloc(6, 0xff), /no readable length/],
    ["a literal cut off", Buffer.concat([varint(5), Buffer.from([4 << 2, 97])]), /cut off/],
    ["a literal's length cut off", Buffer.concat([varint(5), Buffer.from([60 << 2])]), /cut off/],
    [
      "a copy cut off",
      Buffer.concat([varint(9), literal(Buffer.from("abcde")), Buffer.from([2])]),
      /cut off/,
    ],
    [
      "a copy from before the beginning",
      Buffer.concat([varint(9), literal(Buffer.from("abcde")), copy(6, 4)]),
      /before its beginning/,
    ],
    [
      "a copy of offset 0",
      Buffer.concat([varint(9), literal(Buffer.from("abcde")), copy(0, 4)]),
      /before its beginning/,
    ],
    [
      "more than it declares",
      Buffer.concat([varint(6), literal(Buffer.from("abcde")), copy(5, 4)]),
      /more bytes than it declares/,
    ],
    [
      "less than it declares",
      Buffer.concat([varint(9), literal(Buffer.from("abcde"))]),
      /fewer bytes/,
    ],
    [
      "a literal over its end",
      Buffer.concat([varint(3), literal(Buffer.from("abcde"))]),
      /more bytes than it declares/,
    ],
  ];
  it.each(cases)("refuses a block with %s", (_, block, message) => {
    expect(() => unsnappy(block, MIB)).toThrow(message);
  });

  it("answers any bytes at all with bytes or a clear refusal, never more than declared", () => {
    const mutated = fc.record({
      body: bodies,
      flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      cut: fc.nat(40),
    });
    fc.assert(
      fc.property(mutated, ({ body, flips, cut }) => {
        const block = snappy(body);
        for (const [place, value] of flips) block[place % block.length] = value;
        const given = block.subarray(0, Math.max(0, block.length - cut));
        try {
          expect(unsnappy(given, MIB).length).toBeLessThanOrEqual(given.length * 22);
        } catch (error) {
          expect(error).toBeInstanceOf(IngestProblem);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
