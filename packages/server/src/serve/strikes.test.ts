import { expect, it } from "vitest";
import { ControlDb } from "../tenant/control-db.ts";
import { LostThread } from "../watch/lost-thread.ts";
import { QuarantineCache } from "./quarantine-cache.ts";
import { Strikes } from "./strikes.ts";

const FOLDING = { what: "folding", tenantId: "acme" };
const LOST = new LostThread("stood still");

function stage() {
  const control = ControlDb.open(":memory:", () => 0);
  control.ensureTenant("acme");
  const clock = { ms: 0 };
  const counts: number[] = [];
  const struck = (_tenant: string, _reason: string, count: number) => counts.push(count);
  const book = new QuarantineCache(control.quarantine);
  return { clock, counts, strikes: new Strikes(book, { struck }, () => clock.ms) };
}

it("counts one mistake once, however many threads it ends at about the same time", () => {
  const { clock, counts, strikes } = stage();
  strikes.threadEnded("owner 0", FOLDING, LOST);
  clock.ms += 5000;
  strikes.threadEnded("owner 1", FOLDING, LOST);
  expect(counts).toEqual([1]);
  expect(strikes.reasonOf("acme")).toBeUndefined();
});

it("counts it again in a thread that has been started again, and where much time has passed", () => {
  for (const [thread, laterMs] of [
    ["owner 0", 1000],
    ["owner 1", 10_000],
  ] as const) {
    const { clock, counts, strikes } = stage();
    strikes.threadEnded("owner 0", FOLDING, LOST);
    clock.ms += laterMs;
    strikes.threadEnded(thread, FOLDING, LOST);
    expect(counts).toEqual([1, 2]);
    expect(strikes.reasonOf("acme")).toBe("folding: stood still");
  }
});

it("counts against nobody what a thread threw outside of all work, and what it does for everybody", () => {
  const { counts, strikes } = stage();
  strikes.threadEnded("owner 0", FOLDING, new Error("thrown"));
  strikes.threadEnded("host 0", { what: "save", tenantId: "acme" }, LOST);
  strikes.threadEnded("host 0", { what: "fold", tenantId: "" }, LOST);
  expect(counts).toEqual([]);
});
