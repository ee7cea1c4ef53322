import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 60_000;
const START = Date.UTC(2026, 5, 1, 6);
const HOURS_4 = 240;
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: Array.from({ length: 6 }, (_, n) => `node-${n}`),
  metrics: ["cpu_usage", "load1"],
  faults: [{ node: "node-5", does: "silent", from: HOURS_4 - 10, to: HOURS_4 + 1e6 }],
};
const TENANTS = ["minute", "tens", "ahead"];

describe("points that stop coming", () => {
  let server: TestServer;
  let now = START;
  const sent = new Map<string, number>();

  beforeAll(async () => {
    server = await startTestServer({ tenants: TENANTS, now: () => now });
    for (let point = 10; point <= HOURS_4; point += 10) {
      now = at(point);
      for (const tenant of TENANTS) await sendTo(tenant, point);
    }
    for (let point = HOURS_4 + 1; point <= HOURS_4 + 20; point++) {
      now = at(point);
      await sendTo("minute", point);
      await sendTo("ahead", point);
      if (point % 10 === 0) await sendTo("tens", point);
    }
    await server.running.platform.settled();
  }, 60_000);

  afterAll(() => server.close());

  it("flow while they come as they are used to, and everything says how old it is", async () => {
    for (const tenant of ["minute", "tens"]) {
      const { pipeline } = await server.get(tenant, "/summary");
      expect(pipeline, tenant).toMatchObject({ state: "flowing", text: "" });
      expect(Date.parse(pipeline.newestAt), tenant).toBe(at(HOURS_4 + 19));
      expect(pipeline.ageMs, tenant).toBe(STEP_MS);
    }
  });

  it("have stopped after three steps beyond the usual lag, by the clock: each tenant by its own", async () => {
    now = at(HOURS_4 + 26);
    const minute = await server.get("minute", "/summary");
    expect(minute.pipeline).toMatchObject({ state: "stopped", ageMs: 7 * STEP_MS });
    const tens = await server.get("tens", "/summary");
    expect(tens.pipeline).toMatchObject({ state: "flowing", ageMs: 7 * STEP_MS });
    now = at(HOURS_4 + 40);
    expect((await server.get("tens", "/summary")).pipeline.state).toBe("stopped");
  });

  it("are told as an outage of the pipeline with its beginning, not of the nodes", async () => {
    now = at(HOURS_4 + 60);
    const { pipeline, openFindings } = await server.get("minute", "/summary");
    expect(pipeline.text).toBe(
      "No points from any node since 10:19 UTC (41 min): the pipeline has stopped, which says nothing about the nodes.",
    );
    expect(openFindings).toBe(0);
    const health = await server.get("minute", "/health");
    expect(health).toMatchObject({ pipeline, freshShare: 0 });
    const { data } = await server.get("minute", "/nodes");
    const silent = data.filter(({ state }: { state: string }) => state === "silent");
    expect(silent.map(({ node }: { node: string }) => node)).toEqual(["node-5"]);
  });

  it("flow again with the first that comes", async () => {
    await sendTo("minute", HOURS_4 + 60);
    await server.running.platform.settled();
    const { pipeline } = await server.get("minute", "/summary");
    expect(pipeline).toMatchObject({ state: "flowing", text: "" });
  });

  it("make nobody silent when one sender's clock is ahead", async () => {
    now = at(HOURS_4 + 20);
    const ahead = { cluster: "eu", node: "node-9", metric: "cpu_usage" };
    const points = [[now + 9 * STEP_MS, 50]];
    const { status } = await server.post("ahead", "/ingest", { series: [{ ...ahead, points }] });
    expect(status).toBe(200);
    await server.running.platform.settled();
    const { data } = await server.get("ahead", "/nodes");
    const silent = data.filter(({ state }: { state: string }) => state === "silent");
    expect(silent.map(({ node }: { node: string }) => node)).toEqual(["node-5"]);
  });

  async function sendTo(tenant: string, end: number): Promise<void> {
    const from = sent.get(tenant) ?? 0;
    sent.set(tenant, end);
    const series = seriesOf(FLEET, from, end);
    const { status, body } = await server.post(tenant, "/ingest", { series });
    expect([status, body.rejectedPoints]).toEqual([200, 0]);
  }
});

function at(point: number): number {
  return START + point * STEP_MS;
}
