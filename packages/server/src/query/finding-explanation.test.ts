import { DAY_MS, HOUR_MS, MINUTE_MS, rarityWords } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IngestSender } from "../../testing/ingest-sender.ts";
import type { FindingRow } from "../platform/platform.ts";

const STEP_MS = 5 * MINUTE_MS;
const HOUR = HOUR_MS / STEP_MS;
const DAY = DAY_MS / STEP_MS;
const COUNT = 8 * DAY;
const FAULT = COUNT - 4 * HOUR;
const METRICS = ["cpu", "disk", "load", "net", "temp"];
const FREE = { pointsPerSecond: 1e9, pointsBurst: 1e9, ingestRequestsPerSecond: 1e6 };

type Told = Pick<FindingRow, "text" | "fleetReturnPeriodDays"> & {
  readonly onset: string;
  readonly contributions: readonly { readonly metric: string; readonly onset: string }[];
};

/**
 * Four metrics of one node step up together; the fifth had a fault of its own, which began two hours earlier and
 * still goes on.
 */
describe("what is said of a finding", () => {
  let sender: IngestSender;
  let told: Told;

  beforeAll(async () => {
    sender = await IngestSender.start({ limits: FREE });
    const { clock } = sender.server;
    const startMs = clock.nowMs - COUNT * STEP_MS;
    for (let from = 0; from < COUNT; from += DAY) {
      const reply = await sender.post("/api/v1/ingest", {
        series: columns(startMs, from, from + DAY),
      });
      expect(reply.json().rejectedPoints).toBe(0);
    }
    await sender.server.settled();
    const from = startMs + FAULT * STEP_MS;
    const found = (await sender.get(`/api/v1/findings?from=${from}&to=${clock.nowMs}`)).json();
    told = found.data.find(({ node }: { node: string | null }) => node === "n2");
    expect(told).toBeDefined();
  });
  afterAll(() => sender.close());

  it("begins when its own metrics did, not hours before with one that has nothing to do with it", () => {
    const { clock } = sender.server;
    const began = new Date(clock.nowMs - (COUNT - FAULT) * STEP_MS).toISOString();
    expect(told.onset).toBe(began);
    expect(told.contributions.map(({ metric }) => metric)).not.toContain("temp");
    for (const { onset } of told.contributions) expect(onset >= told.onset).toBe(true);
    expect(told.text).toContain(` at ${began.slice(11, 16)};`);
  });

  it("tells how rare it is in the fleet, not how rare its leading metric is", () => {
    const days = told.fleetReturnPeriodDays;
    const said = /; ([^;]+) in this fleet/.exec(told.text)?.[1];
    expect(said).toBe(rarityWords(days));
  });
});

function columns(startMs: number, from: number, to: number) {
  return ["n0", "n1", "n2", "n3", "n4"].flatMap((node) =>
    METRICS.map((metric) => {
      const dice = new Dice(`${node} ${metric} ${from}`);
      const points = Array.from({ length: to - from }, (_, k) => {
        const i = from + k;
        const since = metric === "temp" ? FAULT - 2 * HOUR : FAULT;
        const lift = node === "n2" && i >= since ? (metric === "temp" ? 5 : 9) : 0;
        return [startMs + i * STEP_MS, Number((50 + 2 * dice.gaussian() + lift).toPrecision(6))];
      });
      return { cluster: "eu", node, metric, points };
    }),
  );
}
