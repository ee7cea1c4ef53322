import { describe, expect, it } from "vitest";
import { RefusedPoints } from "./refused-points.ts";

describe("RefusedPoints", () => {
  let nowMs = 0;
  const lines: unknown[] = [];
  const refused = new RefusedPoints(
    { warn: (facts: unknown) => void lines.push(facts) },
    () => nowMs,
  );

  it("says the first refusal at once, then once a minute what came together", () => {
    refused.add("acme", "future", 3);
    for (let k = 0; k < 500; k++) refused.add("acme", "future", 2);
    refused.add("acme", "too-late", 1);
    expect(lines.splice(0)).toEqual([
      { tenant: "acme", reason: "future", points: 3, batches: 1 },
      { tenant: "acme", reason: "too-late", points: 1, batches: 1 },
    ]);
    nowMs = 60_000;
    refused.flush();
    refused.flush();
    expect(lines.splice(0)).toEqual([
      { tenant: "acme", reason: "future", points: 1000, batches: 500 },
    ]);
  });

  it("puts what goes beyond a thousand pairs under one name", () => {
    for (let k = 0; k < 1500; k++) refused.add(`t${k}`, "future", 1);
    expect(lines.splice(0).length).toBeLessThanOrEqual(1001);
    nowMs = 120_000;
    refused.flush();
    const [{ tenant, points }] = lines.splice(0) as [{ tenant: string; points: number }];
    expect(tenant).toBe("other");
    expect(points).toBeGreaterThan(400);
  });
});
