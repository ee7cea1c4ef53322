import { describe, expect, it } from "vitest";
import type { WhenOver } from "../platform/admission.ts";
import { OverRate, Unavailable } from "../platform/platform-errors.ts";
import { Limits } from "../tenant/limits.ts";
import { DEFAULT_LIMITS, type TenantLimits } from "../tenant/tenant-settings.ts";
import { Door } from "./door.ts";
import type { Pass } from "./turn-queue.ts";

/** A door of 300 points, whose timers are let off by hand. */
function doorOf(limitsOf: (tenantId: string) => Partial<TenantLimits> = () => ({})) {
  const clock = { monotonicMs: 0 };
  const timers: { delayMs: number; wake: () => void }[] = [];
  const limits = new Limits({
    limitsOf: (tenantId) => ({ ...DEFAULT_LIMITS, ...limitsOf(tenantId) }),
    monotonicMs: () => clock.monotonicMs,
  });
  const after = (delayMs: number, wake: () => void) => void timers.push({ delayMs, wake });
  const door = new Door({ limits, unscoredPointsMax: 300, after });
  const inside: string[] = [];
  const passes: Pass[] = [];
  const enter = (name: string, points: number, whenOver: WhenOver = "wait"): Promise<void> =>
    door.enter(name[0]!, points, whenOver).then((pass) => {
      inside.push(name);
      passes.push(pass);
      pass.keep(points);
    });
  return { door, enter, inside, passes, timers, clock };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("Door", () => {
  it("lets a tenant's points in one after the other, and nobody waits for another tenant's", async () => {
    const { door, enter, inside, passes } = doorOf();
    for (const name of ["a1", "a2", "a3", "a4"]) void enter(name, 75);
    await settle();
    // Half of the pot for one alone: 150 of 300.
    expect(inside).toEqual(["a1", "a2"]);
    void enter("b1", 75);
    await settle();
    expect(inside).toEqual(["a1", "a2", "b1"]);
    expect(door.waitingPoints).toBe(150);
    for (const pass of passes) pass.leave();
    await settle();
    expect(inside).toHaveLength(3);
    door.scored("a", 75);
    door.scored("a", 75);
    await settle();
    expect(inside).toEqual(["a1", "a2", "b1", "a3"]);
    door.scored("b", 75);
    await settle();
    expect(inside).toEqual(["a1", "a2", "b1", "a3", "a4"]);
  });

  it("gives back what is not kept, and lets in a batch larger than the pot when nothing else is inside", async () => {
    const { door, enter, inside } = doorOf();
    const pass = await door.enter("a", 1000, "wait");
    void enter("a2", 10);
    await settle();
    expect(inside).toEqual([]);
    pass.keep(100);
    pass.leave();
    pass.leave();
    await settle();
    expect(inside).toEqual(["a2"]);
  });

  it("sends no more of a tenant to the workers before the last was acknowledged", async () => {
    const clockless = new Limits({ limitsOf: () => free, monotonicMs: () => 0 });
    const door = new Door({ limits: clockless, after: never });
    const first = await door.enter("a", 150_000, "wait");
    let isIn = false;
    void door.enter("a", 150_000, "wait").then(() => {
      isIn = true;
    });
    expect((await door.enter("b", 150_000, "wait")).rate.granted).toBe(true);
    expect(isIn).toBe(false);
    first.keep(150_000);
    first.leave();
    await settle();
    expect(isIn).toBe(true);
  });

  it("makes whoever waits wait for the rate in turn, and refuses whoever would rather not", async () => {
    const { enter, inside, timers, clock } = doorOf((tenantId) =>
      tenantId === "a" ? { pointsPerSecond: 10, pointsBurst: 10 } : {},
    );
    for (const name of ["a1", "a2", "a3"]) void enter(name, 10);
    await settle();
    expect(inside).toEqual(["a1"]);
    await expect(enter("a4", 10, "refuse")).rejects.toBeInstanceOf(OverRate);
    await expect(enter("a4", 10, "refuse")).rejects.toMatchObject({ rate: { retryAfterMs: 1000 } });
    await enter("b1", 10, "refuse");
    clock.monotonicMs = 1000;
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1000]);
    timers.shift()!.wake();
    await settle();
    expect(inside).toEqual(["a1", "b1", "a2"]);
  });

  it("refuses for now what a full queue of its tenant would only make longer", async () => {
    const limits = new Limits({ limitsOf: () => free, monotonicMs: () => 0 });
    const door = new Door({ limits, unscoredPointsMax: 300, after: never });
    const inside = await door.enter("a", 500_000, "refuse");
    const waiting = [door.enter("a", 600_000, "refuse"), door.enter("a", 400_000, "refuse")];
    await expect(door.enter("a", 1, "refuse")).rejects.toMatchObject({ retryAfterMs: 1000 });
    await door.enter("b", 1, "refuse");
    inside.leave();
    (await waiting[0]!).leave();
    (await waiting[1]!).leave();
  });

  it("refuses whoever waits when it closes, and everybody after that", async () => {
    const { door, enter } = doorOf();
    await enter("a1", 150);
    const waiting = enter("a2", 150);
    door.close();
    await expect(waiting).rejects.toBeInstanceOf(Unavailable);
    await expect(enter("b1", 1)).rejects.toBeInstanceOf(Unavailable);
  });
});

/** Timers of doors whose rates are free. */
const never = () => undefined;
const free: TenantLimits = { ...DEFAULT_LIMITS, pointsPerSecond: 1e9, pointsBurst: 1e9 };
