import { expect, it } from "vitest";
import type { FromHost } from "./protocol.ts";
import { ReadTally } from "./read-tally.ts";

it("says what the reads of each tenant have cost, here and in the owners, with one timer at a time", () => {
  const posted: FromHost[] = [];
  const timers: (() => void)[] = [];
  const tally = new ReadTally(
    (message) => void posted.push(message),
    (_, work) => void timers.push(work),
  );
  tally.read("acme", 1000);
  tally.looked("acme", 10);
  tally.read("globex", 7);
  expect(timers).toHaveLength(1);
  timers[0]!();
  tally.read("acme", 1);
  expect(timers).toHaveLength(2);
  timers[1]!();
  expect(posted).toEqual([
    { type: "read-cost", tenantId: "acme", cells: 1500 },
    { type: "read-cost", tenantId: "globex", cells: 7 },
    { type: "read-cost", tenantId: "acme", cells: 1 },
  ]);
});
