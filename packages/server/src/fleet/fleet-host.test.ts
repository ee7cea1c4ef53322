import { cpSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Life, METRICS, messageOf, NODES, START, STEP } from "../../testing/fleet-life.ts";
import { type Scratch, scratch } from "../../testing/scratch.ts";

describe("FleetHost", () => {
  let place: Scratch;
  let open: Life[];

  beforeEach(() => {
    place = scratch();
    open = [];
  });
  afterEach(() => {
    for (const life of open) life.close();
    place.remove();
  });

  function live(dir = place.dir): Life {
    const life = new Life(dir);
    open.push(life);
    for (const tenant of ["acme", "globex"]) life.add(tenant);
    return life;
  }

  /** A copy of the folder as a kill would leave it, and a life over it. */
  function killed(): Life {
    const copy = scratch();
    cpSync(place.dir, copy.dir, { recursive: true });
    const life = live(copy.dir);
    return life;
  }

  it("folds in turns of any size to what it folds in one go, hearing in between", () => {
    const calm = live();
    for (let step = 0; step < 120; step += 10) calm.hear("acme", step, step + 10);
    calm.finish();
    const sliced = new Life(join(place.dir, "sliced"));
    open.push(sliced);
    sliced.add("acme");
    const prompt = sliced.series.get("acme")!.slice(0, -METRICS);
    for (let step = 0; step < 120; step += 10) {
      sliced.host.hear(messageOf(prompt, step, step + 10));
      for (let turn = 0; turn < 3; turn++) {
        sliced.host.advance(() => Number.POSITIVE_INFINITY, 37);
      }
    }
    // The last node's points come late, all of them.
    sliced.host.hear(messageOf(sliced.series.get("acme")!.slice(-METRICS), 0, 120));
    while (sliced.host.advance(() => Number.POSITIVE_INFINITY, 37));
    expect(sliced.scores("acme")).toBe(calm.scores("acme"));
    expect(Buffer.compare(sliced.packed("acme"), calm.packed("acme"))).toBe(0);
  });

  it("waits for points that were in flight when it began, and are heard while it takes others in", () => {
    const life = live();
    const own = life.series.get("acme")!;
    const half = own.length / 2;
    let inFlightMs = START;
    // Shorter and longer than what is taken in at once; both are longer than what may come late.
    for (const [from, to] of [
      [0, 900],
      [900, 6000],
    ] as const) {
      life.host.hear(messageOf(own.slice(0, half), from, to));
      inFlightMs = START + from * STEP;
      life.host.advance(() => inFlightMs, 1);
      expect(life.host.isWaiting("acme")).toBe(true);
      life.host.hear(messageOf(own.slice(half), from, to));
      inFlightMs = Number.POSITIVE_INFINITY;
      while (life.host.advance(() => inFlightMs, 1));
    }
    const calm = live(join(place.dir, "calm"));
    for (const [from, to] of [
      [0, 900],
      [900, 6000],
    ] as const) {
      calm.hear("acme", from, to);
      calm.finish();
    }
    expect(life.scores("acme")).toBe(calm.scores("acme"));
    expect(Buffer.compare(life.packed("acme"), calm.packed("acme"))).toBe(0);
  });

  it("takes in what is of very many steps a part at a time: the same scores, and no more held at once", () => {
    const folded = (name: string, steps: number, pieceSteps: number) => {
      const life = new Life(join(place.dir, name));
      open.push(life);
      life.add("acme");
      let mostBytes = 0;
      for (let step = 0; step < steps; step += pieceSteps) {
        life.hear("acme", step, step + pieceSteps);
        while (life.host.advance(() => Number.POSITIVE_INFINITY, 20_000)) {
          mostBytes = Math.max(mostBytes, life.host.runner("acme").fold?.bytes ?? 0);
        }
      }
      return { scores: life.scores("acme"), packed: life.packed("acme"), mostBytes };
    };
    const slowly = folded("slowly", 6000, 500);
    const atOnce = folded("at once", 6000, 6000);
    expect(atOnce.scores).toBe(slowly.scores);
    expect(Buffer.compare(atOnce.packed, slowly.packed)).toBe(0);
    const half = folded("half", 3000, 3000);
    expect(atOnce.mostBytes / half.mostBytes).toBeLessThan(1.2);
  });

  it("gives a small tenant its turn while a large one has much to do", () => {
    const life = live();
    life.add("huge", 400);
    life.hear("huge", 0, 100);
    life.hear("acme", 0, 30);
    let turns = 0;
    while (!life.advanced.includes("acme")) {
      expect(life.host.advance(() => Number.POSITIVE_INFINITY, 5000)).toBe(true);
      expect(++turns).toBeLessThan(20);
    }
    expect(life.host.isWaiting("huge")).toBe(true);
    life.finish();
    expect(life.advanced).toEqual(["acme", "huge"]);
  });

  it("keeps the old save or has the new one, wherever a save in slices is cut off", () => {
    const life = live();
    for (const tenant of ["acme", "globex"]) life.hear(tenant, 0, 60);
    life.finish();
    life.host.save({ 0: 1 });
    const old = life.packed("acme");
    for (const tenant of ["acme", "globex"]) life.hear(tenant, 60, 130);
    life.finish();
    const now = life.packed("acme");
    const seen = new Set<string>();
    for (const _ of life.host.saving({ 0: 2 })) {
      // What comes meanwhile waits.
      life.hear("acme", 130, 131);
      life.host.advance(() => Number.POSITIVE_INFINITY, 10);
      const after = killed();
      after.host.runner("acme");
      const isOld = after.host.behindSince("acme", 0, 2) !== undefined;
      expect(Buffer.compare(after.packed("acme"), isOld ? old : now)).toBe(0);
      expect(after.lost).toEqual([]);
      seen.add(isOld ? "old" : "new");
    }
    expect([...seen]).toEqual(["old", "new"]);
    life.finish();
    expect(life.host.runner("acme").newestMs).toBe(START + 130 * STEP);
  });

  it("writes what changed, not what there is: a step after 100 and one after 700 cost as much", () => {
    const life = live();
    const cost: number[] = [];
    let written = 0;
    const { pieces } = life.store.forTenant("acme");
    for (let step = 0; step < 700; step++) {
      life.hear("acme", step, step + 1);
      life.finish();
      life.host.save({ 0: step + 1 });
      if (step % 100 === 99) cost.push(pieces.bytesWritten - written);
      written = pieces.bytesWritten;
    }
    expect(Math.max(...cost)).toBeLessThan(1.6 * cost[0]!);
    const series = NODES * METRICS;
    expect(Math.max(...cost)).toBeLessThan(
      200 * series + 3 * 830 * (NODES + 2) + 10 * series + 4096,
    );
  });

  it("goes on bit for bit from what was saved", () => {
    const life = live();
    life.hear("acme", 0, 90);
    life.finish();
    life.host.save({ 0: 1 });
    const after = killed();
    for (const one of [life, after]) {
      one.hear("acme", 80, 140);
      one.finish();
    }
    expect(Buffer.compare(after.packed("acme"), life.packed("acme"))).toBe(0);
    expect(after.scores("acme")).toBe(life.scores("acme"));
  });

  it("saves points that wait for a grid, only those that came since, and hears them after a start", () => {
    const life = live();
    const { pieces } = life.store.forTenant("acme");
    const some = life.series.get("acme")!.slice(0, 1);
    life.host.hear(messageOf(some, 0, 10, 0));
    life.host.runner("acme");
    life.host.save({ 0: 1 });
    expect(pieces.saved()?.slot).toBe("runs");
    const after = killed();
    after.hear("acme", 10, 60);
    after.finish();
    expect(after.host.runner("acme").stepMs).toBe(STEP);
    after.host.save({ 0: 2 });
    expect(after.store.forTenant("acme").pieces.saved()?.slot).toBe("fold");
    expect(JSON.parse(after.scores("acme"))[0][0]).toBe(0);
  });

  it("keeps steps that are saved where they are, and gives them back to late points after a kill", () => {
    const calm = live(join(place.dir, "calm"));
    const life = live();
    const late = life.series.get("acme")!.slice(-METRICS);
    for (const one of [calm, life]) {
      one.host.hear(messageOf(one.series.get("acme")!.slice(0, -METRICS), 0, 100));
      one.finish();
    }
    const fleetOf = (one: Life) => one.host.runner("acme").fold!.fleet;
    expect(fleetOf(life).restingSteps).toBe(0);
    life.host.save({ 0: 1 });
    expect(fleetOf(life).restingSteps).toBeGreaterThan(50);
    const again = killed();
    expect(fleetOf(again).restingSteps).toBe(fleetOf(life).restingSteps);
    expect(fleetOf(again).readCells).toBe(0);
    for (const one of [calm, life, again]) {
      one.host.hear(messageOf(late, 0, 100));
      one.finish();
      expect(one.scores("acme")).toBe(calm.scores("acme"));
    }
    expect(fleetOf(again).readCells).toBeGreaterThan(0);
    for (const one of [life, again]) {
      expect(Buffer.compare(one.packed("acme"), calm.packed("acme"))).toBe(0);
    }
  });

  it.each([
    ["damaged", "UPDATE fleet_piece SET data = x'00' WHERE tenant = 'acme' AND kind = 12"],
    ["missing", "DELETE FROM fleet_piece WHERE tenant = 'acme' AND kind = 5"],
    [
      "of another version",
      "UPDATE fleet_piece SET data = x'7b7d', crc = 2745614147 WHERE tenant = 'acme' AND kind = 1",
    ],
  ])("folds a tenant again whose state is %s, says so, and leaves others alone", (_, change) => {
    const life = live();
    for (const tenant of ["acme", "globex"]) life.hear(tenant, 0, 60);
    life.finish();
    life.host.save({ 0: 5 });
    const before = life.packed("acme");
    life.close();
    const db = new DatabaseSync(join(place.dir, "fleet.db"));
    db.exec(change);
    db.close();
    const after = live();
    expect(after.host.behindSince("acme", 0, 5)).toBe(Number.NEGATIVE_INFINITY);
    expect(after.host.behindSince("globex", 0, 5)).toBeUndefined();
    expect(after.lost).toEqual(["acme"]);
    after.hear("acme", 0, 60);
    after.finish();
    after.host.save({ 0: 6 });
    expect(Buffer.compare(after.packed("acme"), before)).toBe(0);
    const last = killed();
    expect(last.host.behindSince("acme", 0, 6)).toBeUndefined();
    expect(last.lost).toEqual([]);
  });
});
