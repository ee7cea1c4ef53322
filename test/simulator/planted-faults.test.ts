import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { TenantDirectory } from "../../packages/server/src/dispatch/directory.ts";
import { SeriesDirectory } from "../../packages/server/src/dispatch/series-directory.ts";
import { FleetHost } from "../../packages/server/src/fleet/fleet-host.ts";
import { TenantRunner } from "../../packages/server/src/fleet/tenant-runner.ts";
import { WalSync } from "../../packages/server/src/store/sqlite/wal-sync.ts";
import { calmRuns, differenceOf, simulationPlace } from "./simulator-suite.ts";

const SEEDS = 40;

/** Each breaks the product in one place, as a careless change would. */
const PLANTED: Readonly<Record<string, () => void>> = {
  "the sync before the acknowledgement is skipped": () => {
    vi.spyOn(WalSync.prototype, "wait").mockResolvedValue(undefined);
  },
  "partitions note what they have scored before the folds are saved, and nobody compares": () => {
    const save = FleetHost.prototype.save;
    vi.spyOn(FleetHost.prototype, "save").mockImplementation(function (this: FleetHost, positions) {
      setTimeout(() => {
        try {
          save.call(this, positions);
        } catch {
          // The server was closed in between, which is what a crash there looks like.
        }
      }, 20);
    });
    vi.spyOn(FleetHost.prototype, "behindSince").mockReturnValue(undefined);
  },
  "the tenant is dropped from the key of a series": () => {
    const tenant = SeriesDirectory.prototype.tenant;
    vi.spyOn(SeriesDirectory.prototype, "tenant").mockImplementation(function (
      this: SeriesDirectory,
    ) {
      return tenant.call(this, "acme");
    });
  },
  "a finding names its metrics by the order in which this process met them": () => {
    const tenantOf = new Map<TenantRunner, TenantDirectory>();
    const latest: { directories?: SeriesDirectory } = {};
    const [tenant, runner] = [SeriesDirectory.prototype.tenant, FleetHost.prototype.runner];
    vi.spyOn(SeriesDirectory.prototype, "tenant").mockImplementation(function (
      this: SeriesDirectory,
      tenantId,
    ) {
      Object.assign(latest, { directories: this });
      return tenant.call(this, tenantId);
    });
    vi.spyOn(FleetHost.prototype, "runner").mockImplementation(function (
      this: FleetHost,
      tenantId,
    ) {
      const found = runner.call(this, tenantId);
      tenantOf.set(found, latest.directories!.tenant(tenantId));
      return found;
    });
    vi.spyOn(TenantRunner.prototype, "seriesOf").mockImplementation(function (
      this: TenantRunner,
      number,
    ) {
      return tenantOf.get(this)?.series[number];
    });
  },
};

describe("the simulator turns red", () => {
  const place = simulationPlace();
  let calm: Awaited<ReturnType<typeof calmRuns>>;

  beforeAll(async () => {
    calm = await calmRuns(place.dir);
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  afterAll(() => place.remove());

  it.each(Object.keys(PLANTED))("when %s", async (name) => {
    PLANTED[name]!();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { difference } = await differenceOf(place.dir, seed, calm);
      if (difference === undefined) continue;
      console.log(`seed ${seed}: ${difference.slice(0, 200)}`);
      return;
    }
    expect.unreachable(`${SEEDS} seeds did not notice`);
  });
});
