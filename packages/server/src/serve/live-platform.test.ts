import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pictureOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { partitionOf } from "../partition/partition-of.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import type { IngestReport } from "../platform/platform.ts";

const PARTITIONS = 4;
const OWNERS = 2;
const TICK = 60;
const TICKS = 12;
const FLEET: PlantedFleet = {
  startMs: NOON - TICK * TICKS * 60_000,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [{ node: "b", from: 10 * TICK, to: 10 * TICK + 15 }],
};
const RANGE = rangeOf(FLEET, TICKS * TICK);

function ownerOf(node: string): number {
  return partitionOf("acme", "eu", node, PARTITIONS) % OWNERS;
}

const NODES_OF = [0, 1].map((owner) => FLEET.nodes.filter((node) => ownerOf(node) === owner));
const LANES = ["owner 0+2", "owner 1+3"] as const;

let real: RealPlatform;
beforeEach(async () => {
  real = await openRealPlatform();
});
afterEach(() => real.close());

/** One tick of these nodes, each its own batch, as senders of their own would send it. */
async function send(tick: number, nodes = FLEET.nodes, to = real): Promise<IngestReport[]> {
  const [from, end] = [tick * TICK, (tick + 1) * TICK];
  const all = plantedSeries(FLEET, from, end);
  return Promise.all(
    nodes.map((node) => {
      const own = all.filter(({ nodeId }) => nodeId === node);
      return to.view("acme").ingest(batchOf(own));
    }),
  );
}

async function calmPicture(): Promise<unknown> {
  const calm = await openRealPlatform();
  try {
    for (let tick = 0; tick < TICKS; tick++) await send(tick, FLEET.nodes, calm);
    await calm.platform.settled();
    return await pictureOf(calm.view("acme"), RANGE);
  } finally {
    await calm.close();
  }
}

describe("a full disk", () => {
  it("refuses with its code and wait, lets reads go on, and takes writes again when there is room", async () => {
    for (let tick = 0; tick < 5; tick++) await send(tick);
    await real.platform.settled();
    const before = await pictureOf(real.view("acme"), rangeOf(FLEET, 5 * TICK));
    real.disk.fill();
    const refusal = { code: "store/disk-full", retryAfterMs: 5000 };
    await expect(send(5, ["a"])).rejects.toMatchObject(refusal);
    expect(real.disk.refusedWrites).toBeGreaterThan(0);
    expect(await pictureOf(real.view("acme"), rangeOf(FLEET, 5 * TICK))).toMatchObject({
      columns: before.columns,
      anomalies: before.anomalies,
    });
    await expect(real.platform.checkpoint()).rejects.toThrow(/no room/);
    real.disk.makeRoom();
    for (let tick = 5; tick < TICKS; tick++) await send(tick);
    await real.platform.checkpoint();
    await real.platform.settled();
    expect(await pictureOf(real.view("acme"), RANGE)).toEqual(await calmPicture());
    expect(real.heard).toEqual([]);
  });

  it("keeps nobody from closing", async () => {
    await send(0);
    real.disk.fill();
    await expect(send(1, ["a"])).rejects.toMatchObject({ code: "store/disk-full" });
    await expect(real.platform.close()).rejects.toThrow(/no room/);
    real.disk.makeRoom();
    real = await real.reopened();
    expect((await real.view("acme").summary()).points).toBeGreaterThanOrEqual(
      TICK * 2 * FLEET.nodes.length,
    );
  });
});

describe("a failed sync", () => {
  it("refuses, ends the owner and starts it again: writes come back without a restart", async () => {
    for (let tick = 0; tick < 5; tick++) await send(tick);
    real.disk.breakSyncs((file) => /p[02]\//.test(file));
    const node = NODES_OF[0]![0]!;
    const refusal = { code: "store/sync-failed", retryAfterMs: 10_000 };
    await expect(send(5, [node])).rejects.toMatchObject(refusal);
    expect(real.disk.failedSyncs).toBeGreaterThan(0);
    await heard("ownerEnded");
    expect(real.heard).toMatchObject([{ what: "ownerEnded", partitions: [0, 2] }]);
    await send(5, NODES_OF[1]);
    real.disk.mendSyncs();
    real.clock.pass(1000);
    await heard("ownerStarted");
    await send(5, NODES_OF[0]);
    for (let tick = 6; tick < TICKS; tick++) await send(tick);
    await real.platform.settled();
    expect(await pictureOf(real.view("acme"), RANGE)).toEqual(await calmPicture());
  });

  it("does the same when a checkpoint runs into it", async () => {
    await send(0);
    await real.platform.settled();
    real.disk.breakSyncs();
    // What was staged and not synced yet is synced by the checkpoint.
    real.disk.hold();
    const sending = send(1, ["a"]);
    await expect.poll(() => real.disk.heldSyncs).toBeGreaterThan(0);
    const saving = real.platform.checkpoint();
    // Whichever of the two hears of it first, the owner is ended for both.
    const refused = expect(saving).rejects.toMatchObject({ name: "Unavailable" });
    const unsent = expect(sending).rejects.toMatchObject({ name: "Unavailable" });
    real.disk.release();
    await Promise.all([refused, unsent]);
    await heard("ownerEnded");
    real.disk.mendSyncs();
    real.clock.pass(1000);
    await heard("ownerStarted");
    await send(1);
    await real.platform.checkpoint();
  });
});

describe("a dead owner", () => {
  it("holds up its own partitions alone; started again, it has everything acknowledged and scores as if nothing had been", async () => {
    for (let tick = 0; tick < 5; tick++) await send(tick);
    await real.platform.checkpoint();
    await send(5);
    real.disk.hold();
    const cutOff = send(6, NODES_OF[0]);
    await expect.poll(() => real.disk.heldSyncs).toBeGreaterThan(0);
    const killing = real.owners.kill(LANES[0]);
    real.disk.release();
    await Promise.all([killing, expect(cutOff).rejects.toMatchObject({ code: "owner/ended" })]);
    expect(real.owners.lanes).toEqual([LANES[1]]);
    await Promise.all(
      NODES_OF[0]!.map((node) =>
        expect(send(6, [node])).rejects.toMatchObject({ code: "owner/ended", retryAfterMs: 5000 }),
      ),
    );
    for (let tick = 6; tick < 8; tick++) await send(tick, NODES_OF[1]);
    expect(real.heard).toMatchObject([{ what: "ownerEnded", againInMs: 1000 }]);
    real.clock.pass(1000);
    await heard("ownerStarted");
    expect(await storedPoints(NODES_OF[0]!)).toBeGreaterThanOrEqual(6 * TICK);
    for (let tick = 6; tick < 8; tick++) await send(tick, NODES_OF[0]);
    for (let tick = 8; tick < TICKS; tick++) await send(tick);
    await real.platform.settled();
    const survived = await pictureOf(real.view("acme"), RANGE);
    expect(survived.anomalies.length).toBeGreaterThan(0);
    expect(survived).toEqual(await calmPicture());
  });
});

describe("an owner that is being started again", () => {
  it("knows every series afterwards, those too whose first points it could not take", async () => {
    for (let tick = 0; tick < 5; tick++) await send(tick);
    await real.owners.kill(LANES[0]);
    real.clock.pass(1000);
    const [node] = NODES_OF[0]!;
    const sent: string[] = [];
    const push = (metric: string) => {
      const [series] = plantedSeries(FLEET, 0, TICK).filter(({ nodeId }) => nodeId === node);
      return real.view("acme").ingest(batchOf([{ ...series!, metricName: metric }]));
    };
    let isRefused = true;
    while (isRefused) {
      const metric = `new_${sent.length}`;
      sent.push(metric);
      isRefused = await push(metric).then(
        () => false,
        () => true,
      );
    }
    expect(sent.length).toBeGreaterThan(1);
    for (const metric of sent) {
      expect(await push(metric)).toMatchObject({ acceptedPoints: TICK });
    }
  });
});

describe("closing with a dead owner", () => {
  it("says so, frees the files, and loses nothing that was acknowledged", async () => {
    for (let tick = 0; tick < TICKS; tick++) await send(tick);
    await real.platform.settled();
    await real.owners.kill(LANES[0]);
    await expect(real.platform.close()).rejects.toMatchObject({ code: "owner/ended" });
    real = await real.reopened();
    expect(await pictureOf(real.view("acme"), RANGE)).toEqual(await calmPicture());
  });
});

/** Fewest points of any series of these nodes. */
async function storedPoints(nodes: readonly string[]): Promise<number> {
  const { data } = await real.view("acme").series({}, { limit: 100 });
  const own = data.filter(({ node }) => nodes.includes(node));
  return Math.min(...own.map(({ points }) => points));
}

async function heard(what: string): Promise<void> {
  await expect.poll(() => real.heard.map((event) => event.what)).toContain(what);
  if (what !== "ownerStarted") return;
  await expect.poll(() => real.hosts.running.every(({ pool }) => pool.isWhole)).toBe(true);
}
