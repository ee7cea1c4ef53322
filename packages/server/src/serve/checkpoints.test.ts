import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { historyOf, pictureOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { readPositions } from "../fleet/fold-positions.ts";
import { partitionOf } from "../partition/partition-of.ts";
import { batchOf, type IngestBatch } from "../platform/ingest-batch.ts";

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
    const failed = expect(saving).rejects.toThrow(/were not saved within/);
    // The other owner answers after it has paused.
    await real.platform.pool.askOwner(1, { what: "drop-before", atMs: 0 });
    const before = real.scoredPoints();
    await Promise.all(rest.map((batch) => real.view("acme").ingest(batch)));
    expect(real.scoredPoints()).toBe(before);
    real.clock.pass(10_000);
    await failed;
    const points = rest.reduce((sum, { values }) => sum + values.length, 0);
    await expect
      .poll(() => real.scoredPoints(), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(before + points);
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
