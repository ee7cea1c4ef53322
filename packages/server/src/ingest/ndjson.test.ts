import { describe, expect, it } from "vitest";
import { unpackBatch } from "../platform/packed-batch.ts";
import { decodeLimits } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { readNdjson } from "./json.ts";

const T = 1_764_000_000_000;
const LIMITS = decodeLimits(1 << 20, 1000);

function problemOf(text: string): IngestProblem {
  try {
    readNdjson(Buffer.from(text), LIMITS);
  } catch (error) {
    if (error instanceof IngestProblem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const good = { cluster: "eu", node: "n1", metric: "cpu", points: [[T, 0.5]] };

describe("readNdjson", () => {
  it("reads a series a line, blank lines and a missing last newline included", () => {
    const text = `${JSON.stringify(good)}\r\n\n  ${JSON.stringify({ ...good, node: "n2" })}`;
    const { batch, charged } = readNdjson(Buffer.from(text), LIMITS);
    expect(charged).toBe(3);
    expect(unpackBatch(batch).places.map(({ nodeId }) => nodeId)).toEqual(["n1", "n2"]);
  });

  it("names the line of what is wrong", () => {
    const line = JSON.stringify(good);
    const cases: [text: string, where: string][] = [
      [`${line}\n{"cluster":`, "line 2: at byte"],
      [`${line}\n\n${line} ${line}`, "line 3: at byte"],
    ];
    for (const [text, where] of cases) {
      expect(problemOf(text).message.startsWith(where), text).toBe(true);
    }
    const wrong = `${line}\n${JSON.stringify({ ...good, points: [[1]] })}`;
    expect(problemOf(wrong).pointer).toBe("line 2 /points/0");
  });
});
