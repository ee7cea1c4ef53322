import { describe, expect, it } from "vitest";
import { ownBytes } from "../../testing/encoded-bodies.ts";
import { expectLinear } from "../../testing/linear-cost.ts";
import { ODD_BODIES, ODD_CSV, type OddBody } from "../../testing/odd-bodies.ts";
import { CsvError } from "../files/csv-error.ts";
import { csvBatches } from "../files/records.ts";
import { decodeLimits } from "../ingest/body-budget.ts";
import { BodyDecoder } from "./body-decoder.ts";
import type { FromDecoder } from "./protocol.ts";

/** So wide that no shape reaches them: a body that is refused early costs nothing. */
const WIDE = decodeLimits(2 ** 30, 2 ** 26);
const CACHE_BYTES_MAX = 8 * 2 ** 20;

function decoding({ format, encoding, make }: OddBody, limits = WIDE) {
  return (n: number) => {
    const bytes = ownBytes(make(n));
    const tenantId = "acme";
    return (): FromDecoder["type"] => {
      let answer: FromDecoder["type"] | undefined;
      const decoder = new BodyDecoder({ cacheBytesMax: CACHE_BYTES_MAX }, (message) => {
        answer = message.type;
      });
      decoder.hear({
        type: "decode",
        body: { tenantId, format, bytes, encoding, limits },
      });
      return answer!;
    };
  };
}

const BY_NAME = ODD_BODIES.map((body) => [`${body.format.kind}: ${body.what}`, body] as const);

describe("a decoder", () => {
  it.each(BY_NAME)("costs what is sent: %s", async (_name, body) => {
    await expectLinear(decoding(body), body.first);
  });

  it.each(BY_NAME)("answers at the limits of the product: %s", (_name, body) => {
    const answer = decoding(body, decodeLimits(32 * 2 ** 20, 200_000))(100_000)();
    expect(answer).toMatch(/^(decoded|refused)$/);
  });
});

describe("the reader of CSV files", () => {
  it.each(ODD_CSV.map((body) => [body.what, body] as const))(
    "costs what is in the file: %s",
    async (_name, { make, first }) => {
      await expectLinear((n) => {
        const bytes = Buffer.from(make(n));
        return () => readFile(bytes);
      }, first);
    },
  );
});

/** Reads it in pieces of 1 MiB: larger than files come, so that work within a piece shows. */
async function readFile(bytes: Buffer): Promise<number> {
  let rows = 0;
  try {
    for await (const batch of csvBatches({ name: "x.csv", bytes: pieces(bytes) })) {
      rows += batch.rowCount;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return rows;
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 2 ** 20) yield bytes.subarray(at, at + 2 ** 20);
}
