import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextOf } from "../../testing/paced-reads.ts";
import { type PlantedFleet, plantedSeries } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { type FindingRecord, storedFinding } from "../fleet/finding-record.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import { UNPACED } from "../platform/pace.ts";
import { FindingDesk } from "./finding-desk.ts";
import type { TenantContext } from "./tenant-context.ts";

const COUNT = 600;
const FLEET: PlantedFleet = {
  startMs: NOON - COUNT * MINUTE_MS,
  nodes: ["n1", "n2"],
  plants: [{ node: "n1", from: COUNT - 30, to: COUNT + 2 }],
};
const SETTINGS = { limits: { pointsPerSecond: 1e9, pointsBurst: 1e9 }, stepMs: MINUTE_MS };

describe("explanations of findings that may still change", () => {
  let real: RealPlatform;
  let context: TenantContext;
  let desk: FindingDesk;
  let made: number;

  beforeEach(async () => {
    real = await openRealPlatform({ settings: SETTINGS });
    await send(FLEET.nodes, 0, COUNT);
    context = contextOf(real, "acme");
    made = 0;
    const explained = context.explained.bind(context);
    context.explained = (...given) => {
      made++;
      return explained(...given);
    };
    desk = new FindingDesk(context, () => {}, UNPACED);
  });
  afterEach(() => real.close());

  async function send(nodes: readonly string[], from: number, to: number): Promise<void> {
    const all = plantedSeries(FLEET, from, to);
    real.clock.nowMs = FLEET.startMs + to * MINUTE_MS;
    await real.view("acme").ingest(batchOf(all.filter(({ nodeId }) => nodes.includes(nodeId))));
    await real.platform.settled();
  }

  function finding(): FindingRecord {
    const openedMs = FLEET.startMs + (COUNT - 28) * MINUTE_MS;
    const series = context.directory.node("eu", "n1")!.series;
    return {
      ...{ id: "fnd_1", level: "node", clusterId: "eu", nodeId: "n1", outcome: "open" },
      ...{ openedMs, raisedMs: openedMs, peakMs: openedMs, tenantDays: 3, closedMs: undefined },
      ...{ entityP: 1e-6, entityDays: 5, whole: false, second: false },
      members: [{ nodeId: "n1", p: 1e-6 }],
      contributions: series.map(({ id }) => ({ seriesId: id, p: 1e-6, share: 0.5 })),
    } as FindingRecord;
  }
  const row = () => desk.row(storedFinding(finding()));

  it("are made once for the same points of their series, whatever others send meanwhile", async () => {
    const first = await row();
    await send(["n2"], COUNT, COUNT + 20);
    expect(await row()).toEqual(first);
    expect(made).toBe(1);
    await send(["n1"], COUNT, COUNT + 1);
    await row();
    expect(made).toBe(2);
  });

  it("are made anew before they are asked for while somebody looks, and no longer than that", async () => {
    await row();
    await send(["n1"], COUNT, COUNT + 1);
    desk.advanced();
    await desk.settled();
    expect(made).toBe(2);
    await row();
    expect(made).toBe(2);
    for (let k = 1; k <= 40; k++) {
      await send(["n1"], COUNT + k, COUNT + k + 1);
      desk.advanced();
      await desk.settled();
    }
    // Twenty steps after the last question.
    expect(made).toBe(22);
  });

  it("are not made again once no point can change them", async () => {
    await send(["n1", "n2"], COUNT, COUNT + 60 * 6);
    const first = await row();
    await send(["n1", "n2"], COUNT + 60 * 6, COUNT + 60 * 7);
    expect(await row()).toEqual(first);
    expect(made).toBe(1);
  });

  it("are the same to the letter from a desk that knows nothing yet", async () => {
    await row();
    await send(["n1"], COUNT, COUNT + 5);
    desk.advanced();
    await desk.settled();
    const other = new FindingDesk(contextOf(real, "acme"), () => {}, UNPACED);
    expect(JSON.stringify(await other.row(storedFinding(finding())))).toBe(
      JSON.stringify(await row()),
    );
  });
});
