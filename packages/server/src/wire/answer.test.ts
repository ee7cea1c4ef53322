import { describe, expect, it } from "vitest";
import type { Answered } from "../platform/read.ts";
import { answerPieces } from "./answer.ts";

const whole = (answered: Answered) => JSON.parse([...answerPieces(answered)].join(""));

describe("the body of a reply in pieces", () => {
  it("is a list of any length", () => {
    for (const count of [0, 1, 999, 1000, 1001, 2500]) {
      const rows = Array.from({ length: count }, (_, k) => ({
        ...{ cluster: "eu", metric: `m"${k}`, score: Number.NaN },
      }));
      const answered = { read: { what: "metrics", filter: {} }, rows } as unknown as Answered;
      const { data, nextCursor } = whole(answered);
      expect(data.map(({ metric }: { metric: string }) => metric)).toEqual(
        rows.map(({ metric }) => metric),
      );
      expect(nextCursor).toBeNull();
    }
  });

  it("is a grid of scores, of which no piece holds more than 20,000 numbers", () => {
    const score = Array.from({ length: 70_001 }, (_, k) => (k % 3 === 0 ? null : k / 70_001));
    const rows = {
      ...{ level: "node", strategy: "auto", times: [1, 2], score },
      entities: { cluster: ["eu"], node: ["a"] },
    };
    const answered = { read: { what: "scores" }, rows } as unknown as Answered;
    expect(whole(answered)).toEqual(rows);
    for (const piece of answerPieces(answered)) {
      expect(piece.split(",").length).toBeLessThanOrEqual(20_002);
    }
  });
});
