import { describe, expect, it } from "vitest";
import { BODY_LIMITS, ownBytes } from "../../testing/encoded-bodies.ts";
import { goodBodies } from "../../testing/good-bodies.ts";
import { dice, mutated } from "../../testing/mutations.ts";
import { buffersOfBatch, unpackBatch } from "../platform/packed-batch.ts";
import { placeFault } from "../platform/place-name.ts";
import { BodyDecoder } from "./body-decoder.ts";
import type { DecodedMessage, FromDecoder } from "./protocol.ts";

/** FORESHOCK_FUZZ=first,count runs other seeds than those of the gate, of each format. */
const [FIRST = 1, COUNT = 1500] = (process.env.FORESHOCK_FUZZ ?? "").split(",").flatMap(numberOf);
/** Columns and names take at most this many times the bytes of the body, and a bit. */
const GROWTH_MAX = 12;

function numberOf(text: string): number[] {
  return /^\d+$/.test(text) ? [Number(text)] : [];
}

const BODIES = goodBodies(1_764_000_000_000);

describe("a decoder", () => {
  it.each(BODIES.map((body, i) => [`${body.format.kind} ${i}`, body] as const))(
    "answers any change of a good body with columns or a clear refusal: %s",
    (_name, { format, encoding, plain, pack }) => {
      const tally = { decoded: 0, refused: 0, broken: 0 };
      let answer: FromDecoder | undefined;
      const decoder = new BodyDecoder({ cacheBytesMax: 2 ** 20 }, (message) => {
        answer = message;
      });
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const roll = dice(seed);
        // Mostly what the reader sees is changed, now and then how it is packed.
        const bytes = roll(8) === 0 ? mutated(pack(plain), roll) : pack(mutated(plain, roll));
        const body = { tenantId: "acme", format, encoding, limits: BODY_LIMITS };
        decoder.hear({
          type: "decode",
          body: { ...body, bytes: ownBytes(bytes) },
        });
        tally[answer!.type]++;
        if (answer!.type === "decoded") checkColumns(answer as DecodedMessage, seed, bytes.length);
        else if (answer!.type === "broken") throw new Error(`seed ${seed}: ${answer!.message}`);
      }
      // Neither all refused nor all taken: the changes reach what is behind the first check.
      expect(tally.decoded).toBeGreaterThan(COUNT / 100);
      expect(tally.refused).toBeGreaterThan(COUNT / 100);
    },
  );
});

function checkColumns({ body }: DecodedMessage, seed: number, packedBytes: number): void {
  const { batch, charged, unusablePoints } = body;
  const { ends, nameEnds, timestampsMs, values, names } = batch;
  const about = `seed ${seed}`;
  expect(ends.at(-1) ?? 0, about).toBe(values.length);
  expect(timestampsMs.length, about).toBe(values.length);
  expect(nameEnds.length, about).toBe(ends.length);
  expect(nameEnds.at(-1) ?? 0, about).toBe(names.length);
  expect(charged, about).toBeGreaterThanOrEqual(values.length + unusablePoints);
  for (const place of unpackBatch(batch).places) expect(placeFault(place), about).toBeUndefined();
  const bytes = buffersOfBatch(batch).reduce((sum, column) => sum + column.byteLength, 0);
  // Packed repetitions unfold; 64 KiB is more than any of these can.
  expect(bytes, about).toBeLessThan(GROWTH_MAX * packedBytes + 65_536 * 4);
}
