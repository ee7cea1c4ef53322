import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { historyOf, pictureOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { readPositions } from "../fleet/fold-positions.ts";
import { partitionOf } from "../partition/partition-of.ts";
import { batchOf, type IngestBatch } from "../platform/ingest-batch.ts";
import { Checkpoints } from "./checkpoints.ts";

const POINTS = 240;
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * MINUTE_MS,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [{ node: "c", from: 200, to: 210 }],
};
const RANGE = rangeOf(FLEET, POINTS);
const ALL_POINTS = POINTS * 2 * FLEET.nodes.length;

let open: RealPlatform[];
let real: RealPlatform;
beforeEach(async () => {
  open = [];
  real = kept(await openRealPlatform());
  await send("acme", 0, POINTS);
});
afterEach(async () => {
  for (const { disk } of open) disk.release();
  await Promise.all(open.map((one) => one.close()));
});

function kept(one: RealPlatform): RealPlatform {
  open.push(one);
  return one;
}

async function send(tenant: string, from: number, to: number, platform = real): Promise<void> {
  await platform.view(tenant).ingest(batchOf(plantedSeries(FLEET, from, to)));
  await platform.platform.settled();
}

/** Too few points to know how often they come: the tenant's grid is not chosen. */
async function sendOnePoint(tenant: string): Promise<void> {
  const [first] = plantedSeries({ ...FLEET, nodes: ["lone"] }, 0, 1);
  await real.view(tenant).ingest(batchOf([first!]));
  await real.platform.settled();
}

/** Points [from, to) of the fleet, those of partition 0 first. */
function byPartition(from: number, to: number): IngestBatch[] {
  const series = plantedSeries(FLEET, from, to);
  const partitions = Map.groupBy(series, ({ nodeId }) => partitionOf("acme", "eu", nodeId, 4));
  return [0, 1, 2, 3].flatMap((partition) => {
    const own = partitions.get(partition);
    return own === undefined ? [] : [batchOf(own)];
  });
}

function savedState(platform: RealPlatform, tenant: string, slot: string) {
  const saved = platform.hostOf(tenant).fleetStore.forTenant(tenant).pieces.saved();
  return saved?.slot === slot ? saved : undefined;
}

describe("a checkpoint", () => {
  it("leaves nothing to be scored again; without it everything is", async () => {
    expect(kept(await real.crashed()).scoredPoints()).toBe(ALL_POINTS);
    await real.platform.checkpoint();
    const crashed = kept(await real.crashed());
    expect(crashed.scoredPoints()).toBe(0);
    expect(await historyOf(crashed.view("acme"), RANGE)).toEqual(
      await historyOf(real.view("acme"), RANGE),
    );
  });

  it("that waits for one partition's disk does not keep the others from detecting", async () => {
    real.disk.hold((file) => file.includes("/p0/"));
    const [first, ...rest] = byPartition(POINTS, POINTS + 10);
    real
      .view("acme")
      .ingest(first!)
      .catch(() => {});
    await expect.poll(() => real.disk.heldSyncs).toBe(1);
    const saving = real.platform.checkpoint();
    const failed = expect(saving).rejects.toThrow(/was saved for 10000 ms/);
    // The other owner answers after it has paused.
    await real.platform.pool.askOwner(1, { what: "drop-before", atMs: 0 });
    // How many were scored is told after a while.
    real.clock.pass(100);
    await new Promise(setImmediate);
    const before = real.scoredPoints();
    await Promise.all(rest.map((batch) => real.view("acme").ingest(batch)));
    real.clock.pass(100);
    await new Promise(setImmediate);
    expect(real.scoredPoints()).toBe(before);
    real.clock.pass(10_000);
    await failed;
    const points = rest.reduce((sum, { values }) => sum + values.length, 0);
    const scored = () => {
      real.clock.pass(100);
      return real.scoredPoints();
    };
    await expect.poll(scored, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + points);
    real.disk.release();
    await real.platform.settled();
    await real.platform.checkpoint();
  });

  it("comes by itself once a minute", async () => {
    expect(savedState(real, "acme", "fold")).toBeUndefined();
    real.clock.pass(MINUTE_MS);
    await expect.poll(() => savedState(real, "acme", "fold")).toBeDefined();
  });
});

describe("a save on a machine that gives it little time", () => {
  const HOURS = 50;
  const NODES = 2000;

  /** Scores of so many nodes and days take several units to be saved. */
  async function sendMuch(): Promise<void> {
    const timestampsMs = Float64Array.from(
      { length: HOURS },
      (_, k) => NOON - (HOURS - k) * HOUR_MS,
    );
    const values = timestampsMs.map((_, k) => 10 + (k % 7));
    const series = Array.from({ length: NODES }, (_, node) => {
      const place = { clusterId: "eu", nodeId: `n${node}`, metricName: "cpu", metadata: {} };
      return { ...place, timestampsMs, values };
    });
    await real.view("globex").ingest(batchOf(series));
    await real.platform.settled();
  }

  it("goes on as long as units are saved, whatever time that takes", async () => {
    await sendMuch();
    let passedMs = 0;
    let isOver = false;
    const units = vi.spyOn(Checkpoints.prototype, "saving");
    const saved = real.platform.checkpoint().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise(setImmediate);
      // So long for each unit.
      for (; passedMs < 9000 * units.mock.calls.length; passedMs += 9000) real.clock.pass(9000);
    }
    units.mockRestore();
    await saved;
    expect(passedMs).toBeGreaterThan(30_000);
    expect(savedState(real, "globex", "fold")).toBeDefined();
  });
});

describe("points that are scored again during a start", () => {
  it("begin no checkpoint before the start is over", async () => {
    const { pool, hosts } = real.platform;
    const { clock } = real;
    const saves: number[] = [];
    const checkpoints = new Checkpoints({
      ...{ pool, hosts, everyMs: MINUTE_MS, after: clock.after },
      monotonicMs: () => clock.monotonicMs,
      saved: ({ seriesCount }) => saves.push(seriesCount),
      failed: (error) => {
        throw error;
      },
    });
    checkpoints.scored(3_000_000);
    // Many times what a save takes.
    for (let turn = 0; turn < 2000; turn++) await new Promise(setImmediate);
    expect(saves).toEqual([]);
    checkpoints.start();
    await expect.poll(() => saves.length).toBe(1);
    checkpoints.scored(3_000_000);
    await expect.poll(() => saves.length).toBe(2);
    // One series of many steps is folded again for longer than its points are scored.
    checkpoints.scored(200_000, 200_000);
    await expect.poll(() => saves.length).toBe(3);
    checkpoints.stop();
  });
});

describe("a tenant that waits for its grid", () => {
  it("keeps no other tenant from being saved", async () => {
    await sendOnePoint("globex");
    expect(real.hostOf("globex").runner("globex").stepMs).toBe(0);
    await real.platform.checkpoint();
    const fold = savedState(real, "acme", "fold")!;
    const positions = readPositions(fold.position);
    expect(Object.keys(positions)).toEqual(["0", "1", "2", "3"]);
    expect(Object.values(positions).some((position) => position > 0)).toBe(true);
    expect(fold.uptoMs).toBeGreaterThan(RANGE.endMs - 2 * MINUTE_MS);
    expect(savedState(real, "globex", "runs")).toMatchObject({ position: fold.position });
    expect(kept(await real.crashed()).scoredPoints()).toBe(0);
  });

  it("keeps no other tenant from being saved when the server closes", async () => {
    await sendOnePoint("globex");
    real = kept(await real.reopened());
    expect(savedState(real, "acme", "fold")).toBeDefined();
    expect(savedState(real, "globex", "runs")).toBeDefined();
    expect(real.scoredPoints()).toBe(0);
  });

  it("loses nothing by that: its points are folded when the rest has come", async () => {
    await send("globex", 0, 1);
    await real.platform.checkpoint();
    const crashed = kept(await real.crashed());
    await send("globex", 1, POINTS, crashed);
    const picture = await pictureOf(crashed.view("globex"), RANGE);
    const { tenant, ...summary } = picture.summary;
    const { summary: wanted, ...rest } = await pictureOf(real.view("acme"), RANGE);
    expect(tenant).toBe("globex");
    expect(picture).toMatchObject(rest);
    expect(wanted).toMatchObject(summary);
  });
});
