import { beforeEach, describe, expect, it } from "vitest";
import { RefusedRequests } from "./refused-requests.ts";

let nowMs: number;
let lines: unknown[];
let refused: RefusedRequests;
beforeEach(() => {
  nowMs = 0;
  lines = [];
  refused = new RefusedRequests({ info: (facts: unknown) => void lines.push(facts) }, () => nowMs);
});

describe("RefusedRequests", () => {
  it("says the first refusal at once, then once a minute how many came", () => {
    const entry = { actor: "fsk_ro_12345678", tenant: "acme", outcome: "quota_exceeded" };
    for (let k = 0; k < 500; k++) refused.add(entry);
    refused.add({ ...entry, outcome: "scope_missing" });
    expect(lines.splice(0)).toEqual([
      { ...entry, requests: 1 },
      { ...entry, outcome: "scope_missing", requests: 1 },
    ]);
    nowMs = 60_000;
    refused.flush();
    refused.flush();
    expect(lines.splice(0)).toEqual([{ ...entry, requests: 499 }]);
  });

  it("puts what goes beyond a thousand actors under one name", () => {
    for (let k = 0; k < 1500; k++) {
      refused.add({
        actor: `10.0.${k >> 8}.${k % 256}`,
        tenant: undefined,
        outcome: "address_blocked",
      });
    }
    expect(lines.length).toBeLessThanOrEqual(1001);
    nowMs = 60_000;
    lines.splice(0);
    refused.flush();
    expect(lines).toEqual([
      { actor: "other", tenant: undefined, outcome: "address_blocked", requests: 499 },
    ]);
  });
});
