import { renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { historyOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { FleetHost } from "../fleet/fleet-host.ts";
import { TenantRunner } from "../fleet/tenant-runner.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import { fleetFileOf, shardOfTenant } from "../store/fleet/fleet-shards.ts";

const POINTS = 720;
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * 60_000,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [{ node: "b", from: 600, to: 615 }],
};
const RANGE = rangeOf(FLEET, POINTS);
/** Two of one file, and one of another. */
const TENANTS = ["acme", "globex", ...["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"]];
const SIDES = ["", "-wal", "-shm"];

let real: RealPlatform;
beforeEach(async () => {
  real = await openRealPlatform({ tenants: TENANTS });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await real.close();
});

async function send(tenant: string, from = 0, to = POINTS): Promise<void> {
  await real.view(tenant).ingest(batchOf(plantedSeries(FLEET, from, to)));
}

/** So much that catching up takes many turns. */
async function sendMuch(tenant: string): Promise<void> {
  const nodes = FLEET.nodes.flatMap((node) => Array.from({ length: 10 }, (_, n) => `${node}${n}`));
  await real.view(tenant).ingest(batchOf(plantedSeries({ ...FLEET, nodes }, 0, POINTS)));
}

function picture(tenant: string): ReturnType<typeof historyOf> {
  return historyOf(real.view(tenant), RANGE);
}

async function heard(what: string, times = 1): Promise<void> {
  await expect
    .poll(() => real.heard.filter((event) => event.what === what).length)
    .toBeGreaterThanOrEqual(times);
}

function swap(file: string, other: string): void {
  for (const side of SIDES) {
    for (const [from, to] of [
      [file, `${file}-aside`],
      [other, file],
      [`${file}-aside`, other],
    ] as const) {
      try {
        renameSync(from + side, to + side);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
  }
}

describe("the files of folds", () => {
  it("are the same tenants' however many hosts there are, also when they were written otherwise", async () => {
    for (const tenant of TENANTS) await send(tenant);
    await real.platform.settled();
    await real.platform.checkpoint();
    const before = await Promise.all(TENANTS.map(picture));
    expect(new Set(TENANTS.map(shardOfTenant)).size).toBe(4);
    for (const hosts of [1, 4, 2, 3]) {
      const { dataDir } = real;
      await real.platform.close();
      swap(fleetFileOf(dataDir, 0), fleetFileOf(dataDir, hosts % 4 === 0 ? 2 : hosts));
      real = await real.reopened(hosts);
      expect(await Promise.all(TENANTS.map(picture))).toEqual(before);
      // Nothing had to be scored again: the folds were found.
      expect(real.scoredPoints()).toBe(0);
      expect(real.heard).toEqual([]);
    }
  });

  it("that are damaged cost their tenants a catch-up, and others nothing", async () => {
    for (const tenant of TENANTS) await send(tenant);
    await real.platform.settled();
    const before = await Promise.all(TENANTS.map(picture));
    await real.platform.close();
    const file = fleetFileOf(real.dataDir, shardOfTenant("acme"));
    writeFileSync(file, Buffer.alloc(4096, 7), { flag: "r+" });
    real = await real.reopened();
    expect(await Promise.all(TENANTS.map(picture))).toEqual(before);
    expect(real.heard).toMatchObject([{ what: "damage", error: { item: "fleet-file", file } }]);
    const own = TENANTS.filter((id) => shardOfTenant(id) === shardOfTenant("acme")).length;
    expect(real.scoredPoints()).toBe(own * POINTS * FLEET.nodes.length * 2);
  });
});

describe("a start", () => {
  it("serves a tenant as soon as it is ready, while another catches up", async () => {
    await send("globex", 0, 60);
    await sendMuch("acme");
    await real.platform.settled();
    const old = real;
    real = await real.crashed(false);
    const both = () => Promise.all([outcome("globex"), outcome("acme")]);
    await expect.poll(both, { interval: 1 }).toEqual(["served", "platform/starting"]);
    const { ready, reasons } = real.platform.readiness();
    expect(ready).toBe(false);
    expect(reasons.join()).toMatch(/starting,tenants ready: \d of 10, partitions open: 4 of 4/);
    await real.platform.started();
    expect(await outcome("acme")).toBe("served");
    expect(real.platform.readiness()).toEqual({ ready: true, reasons: [] });
    await old.close();
  });

  it("that is ended while a tenant catches up ends at once, and the next one has everything", async () => {
    for (const tenant of TENANTS) await (tenant === "acme" ? sendMuch : send)(tenant);
    await real.platform.settled();
    const before = await Promise.all(TENANTS.map(picture));
    const old = real;
    real = await real.crashed(false);
    const { platform } = real;
    const started = expect(platform.started()).rejects.toMatchObject({ code: "platform/stopping" });
    await expect.poll(() => real.scoredPoints(), { interval: 1 }).toBeGreaterThan(0);
    await platform.close();
    await started;
    real = await real.reopened();
    expect(await Promise.all(TENANTS.map(picture))).toEqual(before);
    await old.close();
  });

  it.each(["throws at once", "throws while it is read back"])(
    "quarantines a tenant whose saved fold %s, the second time; the others are as they were",
    async (how) => {
      await send("acme");
      await send("globex");
      await real.platform.settled();
      await real.platform.checkpoint();
      const before = await picture("globex");
      const old = real;
      plantInOpening(how === "throws at once" ? 0 : 1);
      real = await real.crashed(false);
      await heard("struck");
      expect(real.heard[0]).toMatchObject({ error: "fold: planted" });
      expect(await outcome("acme")).toBe("platform/starting");
      real.clock.pass(1000);
      await heard("struck", 2);
      await expect.poll(() => real.hostOf("acme").tenants.quarantineOf("acme")).toBeDefined();
      real.clock.pass(1000);
      await real.platform.started();
      expect(real.control.quarantine.quarantined()).toMatchObject([{ tenant: "acme" }]);
      expect(await picture("globex")).toEqual(before);
      expect(real.heard.map(({ what }) => what)).toEqual(["struck", "struck"]);
      await old.close();
    },
  );
});

describe("a fold that throws", () => {
  it("once is begun again from what was saved, and ends like one that never did", async () => {
    await send("acme", 0, 300);
    await real.platform.settled();
    await real.platform.checkpoint();
    plantInFold(1);
    for (const tenant of ["acme", "globex"]) await send(tenant, tenant === "acme" ? 300 : 0);
    await heard("struck");
    real.clock.pass(1000);
    await real.platform.settled();
    await expect.poll(() => picture("acme")).toEqual(await calm());
    expect(await picture("globex")).toEqual(await calm());
    expect(real.heard).toMatchObject([{ what: "struck", error: "fold: planted" }]);
    expect(real.hosts.clients.length).toBe(2);
  });

  it("again and again is put into quarantine; its points are stored and no host ends", async () => {
    plantInFold(Number.POSITIVE_INFINITY);
    await send("acme", 0, 300);
    await heard("struck");
    real.clock.pass(1000);
    await heard("struck", 2);
    await send("globex");
    await send("acme", 300);
    await real.platform.settled();
    expect(await picture("globex")).toEqual(await calm());
    expect((await picture("acme")).columns).toEqual((await calm()).columns);
    expect(real.heard.map(({ what }) => what)).toEqual(["struck", "struck"]);
  });
});

/** Whether the tenant is served, or why not. */
async function outcome(tenant: string): Promise<string> {
  return real
    .view(tenant)
    .summary()
    .then(
      () => "served",
      (error: { code: string }) => error.code,
    );
}

/** Reading acme's fold back throws, after some units, as long as it is not in quarantine. */
function plantInOpening(units: number): void {
  const { opening } = FleetHost.prototype;
  vi.spyOn(FleetHost.prototype, "opening").mockImplementation(function* (
    this: FleetHost,
    tenantId: string,
  ) {
    let left = tenantId === "acme" && this.options.isOff?.(tenantId) !== true ? units : Infinity;
    if (left-- <= 0) throw new Error("planted");
    for (const cost of opening.call(this, tenantId)) {
      if (left-- <= 0) throw new Error("planted");
      yield cost;
    }
  });
}

/** Folding acme throws so often. */
function plantInFold(times: number): void {
  const { work } = TenantRunner.prototype;
  let left = times;
  vi.spyOn(TenantRunner.prototype, "work").mockImplementation(function* (
    this: TenantRunner,
    inFlightMs,
  ) {
    if (this === real.hostOf("acme").fleet.runner("acme") && left-- > 0) throw new Error("planted");
    yield* work.call(this, inFlightMs);
  });
}

async function calm(): ReturnType<typeof historyOf> {
  vi.restoreAllMocks();
  const other = await openRealPlatform({ tenants: ["acme"] });
  await other.view("acme").ingest(batchOf(plantedSeries(FLEET, 0, POINTS)));
  await other.platform.settled();
  const seen = await historyOf(other.view("acme"), RANGE);
  await other.close();
  return seen;
}
