import { MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AskedOwner, SLICE_POINTS } from "../../testing/asked-owner.ts";
import { FaultyDisk } from "../../testing/faulty-disk.ts";
import { type Scratch, scratch } from "../../testing/scratch.ts";

const START = Date.UTC(2026, 6, 1);

let place: Scratch;
let disk: FaultyDisk;
let asked: AskedOwner;

beforeEach(() => {
  place = scratch();
  disk = new FaultyDisk();
  asked = new AskedOwner(place.dir, disk, START);
});
afterEach(async () => {
  disk.makeRoom();
  disk.release();
  await asked.ask({ what: "close" });
  place.remove();
});

/** How many points are folded until all is done. */
async function foldedBy(work: () => void): Promise<number> {
  const before = asked.owner.foldedPoints;
  work();
  await asked.settled();
  return asked.owner.foldedPoints - before;
}

async function reopened(): Promise<void> {
  await asked.ask({ what: "close" });
  asked = new AskedOwner(place.dir, disk, START);
}

describe("late points", () => {
  it("of a series of 100,000 points are folded from a state near them, not from the beginning", async () => {
    await foldedBy(() => asked.send("a", range(0, 100_000)));
    expect(await foldedBy(() => asked.send("a", [99_000.5]))).toBeLessThan(1000 + 4096 + 2000);
  });

  it("that wait together cost one replay", async () => {
    await foldedBy(() => asked.send("a", range(0, 20_000)));
    const one = await foldedBy(() => asked.send("a", [19_000.5]));
    const many = await foldedBy(() => {
      for (let k = 0; k < 100; k++) asked.send("a", [19_100.5 + k]);
    });
    expect(many).toBeLessThan(1.5 * one);
    expect((await asked.stored("a")).length).toBe(20_101);
  });
});

describe("turns", () => {
  it("come to a small tenant beside the backlog of a large one", async () => {
    await foldedBy(() => asked.send("a", range(0, 10)));
    await foldedBy(() => asked.send("b", range(0, 10)));
    const backlog = asked.send("a", range(10, 200_000));
    const mine = asked.send("b", [11]);
    let turns = 0;
    while (!asked.hasScored(mine)) {
      expect(++turns).toBeLessThan(4);
      asked.owner.turn(SLICE_POINTS);
    }
    expect(asked.hasScored(backlog)).toBe(false);
  });

  it("come first to a tenant that asked for little, before reads and points of one that asks for much", async () => {
    await foldedBy(() => asked.send("a", range(0, 50_000)));
    await foldedBy(() => asked.send("b", range(0, 20_000)));
    const whole = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
    const backlog = asked.send("a", range(50_000, 150_000));
    const busy = range(0, 20).map(() =>
      asked.hear({ what: "history", handles: [0], range: whole }),
    );
    for (let turn = 0; turn < 10; turn++) asked.owner.turn(SLICE_POINTS);
    const mine = asked.hear({ what: "history", handles: [1], range: whole });
    // Its 20,000 points are three turns' work; a share of one half would be six.
    let turns = 0;
    for (; asked.answerTo(mine) === undefined; turns++) asked.owner.turn(SLICE_POINTS);
    expect(turns).toBeLessThanOrEqual(4);
    expect(asked.hasScored(backlog)).toBe(false);
    expect(busy.every((id) => asked.answerTo(id) === undefined)).toBe(true);
  });

  it("pass by whoever gives way to others, and come back to it once it may go on", async () => {
    await foldedBy(() => asked.send("a", range(0, 1000)));
    await foldedBy(() => asked.send("b", range(0, 1000)));
    asked.givingWay.add("a");
    const held = asked.send("a", range(1000, 1100));
    const mine = asked.send("b", range(1000, 1100));
    await asked.until(() => asked.hasScored(mine));
    expect(asked.owner.turn(SLICE_POINTS)).toBe(true);
    expect(asked.owner.turns.isHeldBack).toBe(true);
    expect(asked.hasScored(held)).toBe(false);
    asked.givingWay.clear();
    await asked.until(() => asked.hasScored(held));
    expect(asked.owner.turn(SLICE_POINTS)).toBe(false);
    expect(asked.owner.turns.isHeldBack).toBe(false);
  });

  it("come to others while a long series is taken up, and fold no more than their slice", async () => {
    await foldedBy(() => asked.send("a", range(0, 60_000)));
    await reopened();
    await asked.ask({ what: "open" });
    const waiting = asked.hear(asked.announcing(["a"]));
    let turns = 0;
    while (asked.answerTo(waiting) === undefined) {
      const before = asked.owner.foldedPoints;
      asked.owner.turn(SLICE_POINTS);
      expect(asked.owner.foldedPoints - before).toBeLessThan(1.5 * SLICE_POINTS);
      const other = asked.hear({ what: "count-stored", runs: [] });
      expect(asked.answerTo(other)).toBeDefined();
      await new Promise(setImmediate);
      turns++;
    }
    expect(turns).toBeGreaterThan(6);
    expect(asked.scoredTimes().length).toBe(60_000);
  });
});

describe("a checkpoint", () => {
  it("acknowledges and folds points between its units, and saves all folds as they were when it began", async () => {
    const tenants = Array.from({ length: 900 }, (_, k) => `t${k}`);
    for (const tenant of tenants) asked.send(tenant, range(0, 70));
    await asked.settled();
    await asked.ask({ what: "begin-checkpoint", checkpoint: 1 });
    const saving = asked.hear({ what: "end-checkpoint", save: true });
    const meanwhile = asked.send("t800", range(70, 300));
    let unitsAfter = 0;
    await asked.until(() => {
      if (asked.hasScored(meanwhile) && asked.outcomeOf(meanwhile) === "durable") unitsAfter++;
      return asked.answerTo(saving) !== undefined;
    });
    expect(unitsAfter, "units of the checkpoint after points that came later").toBeGreaterThan(2);
    expect(asked.answerTo(saving)).toMatchObject({ value: { seriesCount: 900 } });
    await reopened();
    await asked.takeUp(tenants);
    expect(asked.scoredTimes().length, "only what came after it is sent again").toBe(230);
  });

  it("that is the last saves every fold: a start after it folds nothing", async () => {
    await foldedBy(() => asked.send("a", range(0, 1017)));
    await asked.ask({ what: "begin-checkpoint", checkpoint: 1 });
    await asked.ask({ what: "end-checkpoint", save: true, isLast: true });
    await reopened();
    await asked.takeUp(["a"]);
    expect(asked.owner.foldedPoints).toBe(0);
  });
});

describe("a disk", () => {
  it("without room leaves nothing of a batch: not stored, not folded, and taken when it comes again", async () => {
    await foldedBy(() => asked.send("a", range(0, 100)));
    disk.fill();
    const refused = [asked.send("a", range(100, 200)), asked.send("b", range(0, 50))];
    await asked.until(() => refused.every((ticket) => asked.outcomeOf(ticket) !== undefined));
    expect(refused.map((ticket) => asked.outcomeOf(ticket))).toEqual(
      refused.map(() => "store/disk-full"),
    );
    expect(await asked.stored("a")).toEqual(range(0, 100));
    disk.makeRoom();
    asked.posted = [];
    await asked.durable(asked.send("a", [100]));
    await asked.settled();
    expect(asked.scoredTimes()).toEqual([START + 100 * SECOND_MS]);
    expect(await asked.stored("a")).toEqual(range(0, 101));
    await asked.durable(asked.send("b", range(0, 50)));
    expect(await asked.stored("b")).toEqual(range(0, 50));
  });

  it("without room is opened, and reads are answered; nothing is written for that", async () => {
    await foldedBy(() => asked.send("a", range(0, 300)));
    await asked.ask({ what: "close" });
    disk.fill();
    asked = new AskedOwner(place.dir, disk, START);
    await asked.takeUp(["a"]);
    expect(await asked.stored("a")).toEqual(range(0, 300));
    expect(disk.refusedWrites).toBe(0);
  });

  it("that does not answer is waited for five seconds, reported once, and goes on by itself", async () => {
    await foldedBy(() => asked.send("a", range(0, 10)));
    disk.hold();
    const held = asked.send("a", [10]);
    asked.owner.turn(SLICE_POINTS);
    await expect.poll(() => disk.heldSyncs).toBeGreaterThan(0);
    const nowMs = performance.now();
    asked.owner.tick(nowMs + 4000);
    expect(asked.outcomeOf(held)).toBeUndefined();
    for (const second of [6, 7, 8]) asked.owner.tick(nowMs + second * SECOND_MS);
    expect(asked.outcomeOf(held)).toBe("store/disk-silent");
    expect(asked.outcomeOf(asked.send("a", [11]))).toBe("store/disk-silent");
    expect(asked.diskStates()).toEqual(["silent"]);
    disk.release();
    let again = held;
    await asked.until(() => {
      if (asked.outcomeOf(again) === "store/disk-silent") again = asked.send("a", [12]);
      return asked.outcomeOf(again) === "durable";
    });
    asked.owner.tick(nowMs + MINUTE_MS);
    expect(asked.diskStates()).toEqual(["silent", "writes"]);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k);
}
