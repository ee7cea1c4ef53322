import { RESTING_KINDS, SeriesFold } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { historyOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { Folding } from "../partition/folding.ts";
import type { LiveSeries } from "../partition/live-series.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import type { QuarantineCache } from "./quarantine-cache.ts";

const POINTS = 720;
const HALF = POINTS / 2;
/** A point that comes late, and not too late. */
const LATE = POINTS - 60;
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * 60_000,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [
    { node: "b", from: 300, to: 320 },
    { node: "b", from: 600, to: 615 },
  ],
};
const RANGE = rangeOf(FLEET, POINTS);
const PATIENT = { timeout: 10_000 };
const TENANTS = ["acme", "globex"];

let real: RealPlatform;
let calm: Picture;

beforeEach(async () => {
  real = await openRealPlatform({ tenants: TENANTS });
  await send("globex", 0, HALF);
  await send("acme", 0, HALF);
  await real.platform.settled();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await real.close();
});

describe("an exception in a tenant's detection", () => {
  it.each([
    ["before the first point", 0, false],
    ["in the middle of a series", 37, false],
    ["in the middle of a series, after a checkpoint", 37, true],
  ])(
    "%s, in all owners at once, is one strike; the tenant goes on from what was saved",
    async (_, points, isSaved) => {
      calm = await calmPicture();
      if (isSaved) await real.platform.checkpoint();
      const thrown = plantInRuns(points, 2);
      for (const tenant of TENANTS) await send(tenant, HALF, POINTS);
      await struck(1);
      await expect.poll(thrown).toBe(2);
      await real.platform.settled();
      expect(await picture("globex")).toEqual(calm);
      real.clock.pass(1000);
      await expect.poll(() => picture("acme"), PATIENT).toEqual(calm);
      expect(real.heard).toMatchObject([{ what: "struck", error: "folding: planted" }]);
      expect(real.control.quarantine.quarantined()).toEqual([]);
    },
  );

  it("again and again is put into quarantine; its points are stored, no owner ends", async () => {
    calm = await calmPicture();
    plantInRuns(0, Number.POSITIVE_INFINITY);
    for (const tenant of TENANTS) await send(tenant, HALF, POINTS);
    await struck(1);
    real.clock.pass(1000);
    await struck(2);
    await real.platform.settled();
    expect(await picture("globex")).toEqual(calm);
    expect((await picture("acme")).columns).toEqual(calm.columns);
    expect(real.control.quarantine.quarantined()).toMatchObject([{ tenant: "acme" }]);
    expect(real.heard.map(({ what }) => what)).toEqual(["struck", "struck"]);
    vi.restoreAllMocks();
    real.control.quarantine.release("acme");
    (real.platform.options.quarantine as QuarantineCache).refresh();
    real.platform.tellSettings();
    await expect.poll(() => real.hostOf("acme").tenants.quarantineOf("acme")).toBeUndefined();
    real.clock.pass(1000);
    await expect.poll(() => picture("acme"), PATIENT).toEqual(calm);
  });

  it("while late points are folded takes nothing away, and what came meanwhile is folded too", async () => {
    await send("acme", HALF, LATE);
    await send("acme", LATE + 1, POINTS - 20);
    await real.platform.settled();
    calm = await calmPicture();
    const thrown = plantInReplays(1);
    await send("acme", LATE, LATE + 1);
    await struck(1);
    expect(thrown()).toBe(1);
    await send("acme", POINTS - 20, POINTS);
    await send("globex", HALF, POINTS);
    await real.platform.settled();
    real.clock.pass(1000);
    await expect.poll(() => picture("acme"), PATIENT).toEqual(calm);
    expect(await picture("globex")).toEqual(calm);
    expect(real.heard.map(({ what }) => what)).toEqual(["struck"]);
  });

  it("at the next start is that tenant's alone, and once more is quarantine", async () => {
    calm = await calmPicture();
    for (const tenant of TENANTS) await send(tenant, HALF, POINTS);
    await real.platform.settled();
    const old = real;
    plantInReplays(Number.POSITIVE_INFINITY);
    real = await real.crashed(false);
    await struck(1);
    real.clock.pass(1000);
    await struck(2);
    await expect.poll(() => real.hostOf("acme").tenants.quarantineOf("acme")).toBeDefined();
    real.clock.pass(1000);
    await real.platform.started();
    await expect.poll(() => picture("globex")).toEqual(calm);
    expect(real.control.quarantine.quarantined()).toMatchObject([{ tenant: "acme" }]);
    expect(real.heard.map(({ what }) => what)).toEqual(["struck", "struck"]);
    await old.close();
  });

  it("in saving its state costs no other tenant its checkpoint", async () => {
    calm = await calmPicture();
    for (const tenant of TENANTS) await send(tenant, HALF, POINTS);
    await real.platform.settled();
    plantInSave();
    await real.platform.checkpoint();
    await real.platform.settled();
    vi.restoreAllMocks();
    await struck(1);
    real.clock.pass(1000);
    await expect.poll(() => picture("acme"), PATIENT).toEqual(calm);
    expect(real.heard.map(({ what }) => what)).toEqual(["struck"]);
  });
});

describe("damage of a saved fold that a late point finds", () => {
  it("is told, and no strike: the tenant is folded again from its points", async () => {
    calm = await calmPicture();
    await send("acme", HALF, LATE);
    await send("acme", LATE + 1, POINTS);
    await real.platform.settled();
    await real.platform.checkpoint();
    const { fleet } = real.hostOf("acme").fleet.runner("acme").fold!;
    expect(fleet.restingSteps).toBeGreaterThan(0);
    const { pieces } = real.hostOf("acme").fleetStore.forTenant("acme");
    const lost = [...pieces.clean([{ kind: RESTING_KINDS.at(-1)!, fromStep: 1e12 }])];
    expect(lost).not.toEqual([]);
    await send("acme", LATE, LATE + 1);
    await expect.poll(() => real.heard.map(({ what }) => what)).toEqual(["damage"]);
    await real.platform.settled();
    real.clock.pass(1000);
    await expect.poll(() => picture("acme"), PATIENT).toEqual(calm);
    expect(real.heard.map(({ what }) => what)).toEqual(["damage"]);
  });
});

type Picture = Awaited<ReturnType<typeof historyOf>>;

async function send(tenant: string, from: number, to: number): Promise<void> {
  await real.view(tenant).ingest(batchOf(plantedSeries(FLEET, from, to)));
}

function picture(tenant: string): Promise<Picture> {
  return historyOf(real.view(tenant), RANGE);
}

async function calmPicture(): Promise<Picture> {
  const other = await openRealPlatform({ tenants: ["acme"] });
  for (const from of [0, HALF]) {
    await other.view("acme").ingest(batchOf(plantedSeries(FLEET, from, from + HALF)));
  }
  await other.platform.settled();
  const seen = await historyOf(other.view("acme"), RANGE);
  await other.close();
  return seen;
}

async function struck(times: number): Promise<void> {
  await expect
    .poll(() => real.heard.filter(({ what }) => what === "struck").length)
    .toBeGreaterThanOrEqual(times);
}

function isOfAcme({ key }: Pick<LiveSeries, "key">): boolean {
  return key.tenantId === "acme";
}

/** Folding a run of acme throws after some points, as often as that. @returns how often it has. */
function plantInRuns(points: number, times: number): () => number {
  const { run } = Folding.prototype;
  let thrown = 0;
  vi.spyOn(Folding.prototype, "run").mockImplementation(function (this: Folding, ...given) {
    const [batch, index, series] = given;
    if (!isOfAcme(series) || thrown >= times) return run.apply(this, given);
    thrown++;
    if (points > 0) run.call(this, batch, index, series, points);
    throw new Error("planted");
  });
  const thrownAgain = times === Number.POSITIVE_INFINITY ? plantInReplays(times) : () => 0;
  return () => thrown + thrownAgain();
}

/** Folding a series of acme again throws half way, as often as that. */
function plantInReplays(times: number): () => number {
  const { goOn } = Folding.prototype;
  let thrown = 0;
  vi.spyOn(Folding.prototype, "goOn").mockImplementation(function (this: Folding, ...given) {
    const [again, sequence] = given;
    if (!isOfAcme(again.series) || thrown >= times) return goOn.apply(this, given);
    thrown++;
    goOn.call(this, again, sequence, 50);
    throw new Error("planted");
  });
  return () => thrown;
}

/** The first state that is saved cannot be. */
function plantInSave(): void {
  const { save } = SeriesFold.prototype;
  let isThrown = false;
  vi.spyOn(SeriesFold.prototype, "save").mockImplementation(function (this: SeriesFold) {
    if (isThrown) return save.call(this);
    isThrown = true;
    throw new Error("planted");
  });
}
