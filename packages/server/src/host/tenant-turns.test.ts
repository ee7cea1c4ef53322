import { describe, expect, it } from "vitest";
import { Abandoned } from "../platform/pace.ts";
import { TenantTurns } from "./tenant-turns.ts";

const UNIT = 100_000;

describe("turns between tenants", () => {
  it("give each tenant as much as the others, however many works one of them has", async () => {
    const { turns, done } = stage();
    const busy = Array.from({ length: 50 }, () => work(turns, "busy", 4));
    const quiet = work(turns, "quiet", 4);
    await Promise.all([...busy, quiet]);
    const places = done.flatMap((tenantId, at) => (tenantId === "quiet" ? [at] : []));
    expect(places.length).toBe(4);
    expect(Math.max(...places)).toBeLessThanOrEqual(8);
    expect(done.length).toBe(204);
  });

  it("serve first who asked for little so far", async () => {
    const { turns, done } = stage();
    await Promise.all([work(turns, "busy", 50)]);
    done.length = 0;
    await Promise.all([work(turns, "busy", 20), work(turns, "quiet", 10)]);
    expect(done.lastIndexOf("quiet")).toBeLessThanOrEqual(11);
    expect(done.length).toBe(30);
  });

  it("do not stop work that costs less than a unit", () => {
    const { turns } = stage();
    expect(turns.pace("read", "acme").spend(UNIT - 1)).toBeUndefined();
  });

  it("end the work of whoever has gone", async () => {
    const { turns } = stage();
    let isGone = false;
    const pace = turns.pace("read", "acme", () => isGone);
    const waiting = pace.spend(UNIT);
    isGone = true;
    await expect(waiting).rejects.toThrow(Abandoned);
    expect(() => pace.spend(1)).toThrow(Abandoned);
  });
});

function stage() {
  const done: string[] = [];
  const turns = new TenantTurns({
    later: (next) => void setImmediate(next),
    after: (delayMs, next) => void setTimeout(next, delayMs),
    progress: (_, tenantId) => void done.push(tenantId),
  });
  return { turns, done };
}

async function work(turns: TenantTurns, tenantId: string, units: number): Promise<void> {
  const pace = turns.pace("read", tenantId);
  for (let unit = 0; unit < units; unit++) await pace.spend(UNIT);
}

describe("turns of tenants that give way", () => {
  it("wait while others go before them, and are looked at again by themselves", async () => {
    let isBehind = true;
    const looks: (() => void)[] = [];
    const turns = new TenantTurns({
      later: (work) => void setImmediate(work),
      after: (_, work) => void looks.push(work),
      mayGo: (tenantId) => !isBehind || tenantId !== "busy",
      progress: () => {},
    });
    const done: string[] = [];
    const all = ["busy", "busy", "calm"].map((id) =>
      turns.begun("read", id).then(() => done.push(id)),
    );
    await all[2];
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["calm"]);
    expect(looks).toHaveLength(1);
    looks.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["calm"]);
    isBehind = false;
    looks.shift()!();
    await Promise.all(all);
    expect(done).toEqual(["calm", "busy", "busy"]);
  });
});
