import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Question } from "../../packages/server/src/partition/protocol.ts";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const COUNT = 4 * 288;
const START = Date.UTC(2026, 5, 7);
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: Array.from({ length: 12 }, (_, n) => `node-${n}`),
  metrics: ["cpu_usage", "load1", "latency_ms", "net_rx"],
  faults: Array.from({ length: 12 }, (_, n) => ({ node: `node-${n}`, from: 900 + n, to: 930 })),
};
const RANGE = `from=${START + 850 * STEP_MS}&to=${START + COUNT * STEP_MS}`;
/** As the test server has. */
const PARTITIONS = 4;

describe("a read asks each partition once, however many series it is about:", () => {
  let server: TestServer;
  let asked: Question[] = [];

  beforeAll(async () => {
    const now = () => START + COUNT * STEP_MS;
    server = await startTestServer({ tenants: ["acme"], now, hostHere: true });
    const series = seriesOf(FLEET, 0, COUNT);
    expect((await server.post("acme", "/ingest", { series })).status).toBe(200);
    await server.running.platform.settled();
    const { pool } = server.host();
    const ask = pool.ask.bind(pool);
    const askAll = pool.askAll.bind(pool);
    pool.ask = (partition, question) => {
      asked.push(question);
      return ask(partition, question);
    };
    pool.askAll = (question) => {
      for (let owner = 0; owner < pool.ownerCount; owner++) asked.push(question);
      return askAll(question);
    };
  });

  afterAll(() => server.close());

  it("the ranking of metrics", async () => {
    const { data } = await read(`/rankings?level=metric&n=48&${RANGE}`);
    expect(data.length).toBe(48);
    expect(data.filter(({ why }: { why: string }) => why !== "").length).toBeGreaterThan(24);
    expect(countOf("history")).toBeLessThanOrEqual(PARTITIONS);
    expect(asked.length).toBeLessThanOrEqual(2 * PARTITIONS);
  });

  it("the ranking of nodes, of clusters and of the tenant", async () => {
    for (const level of ["node", "cluster", "tenant"]) {
      const { data } = await read(`/rankings?level=${level}&${RANGE}`);
      expect(data[0].why).toContain("node-");
      expect(asked.length, level).toBeLessThanOrEqual(PARTITIONS);
    }
  });

  it("the alarms and the anomalies of one node ask its owner alone", async () => {
    for (const list of ["alarms", "anomalies"]) {
      const { data } = await read(`/${list}?cluster=eu&node=node-3&${RANGE}`);
      expect(data.length, list).toBeGreaterThan(0);
      expect(data.every(({ node }: { node: string }) => node === "node-3")).toBe(true);
      expect(asked.length, list).toBe(1);
    }
  });

  it("no question names what the API shows: handles go in, and come back", async () => {
    const { data } = await read("/series?node=node-3&metric=load1");
    await read(`/series/${data[0].id}/points?${RANGE}`);
    expect(asked.map((question) => Object.keys(question).sort())).toEqual([
      ["handle", "pointsMax", "range", "what"],
    ]);
    expect(JSON.stringify(asked)).not.toContain("srs_");
  });

  it("one node's state and scores are read alone", async () => {
    const all = await read("/nodes");
    const one = await read("/nodes?cluster=eu&node=node-3");
    expect(one.data).toEqual(all.data.filter(({ node }: { node: string }) => node === "node-3"));
    const scores = await read(`/scores?level=node&cluster=eu&node=node-3&${RANGE}`);
    expect(scores.entities).toEqual({ cluster: ["eu"], node: ["node-3"] });
    const whole = await read(`/scores?level=node&cluster=eu&${RANGE}`);
    const at = whole.entities.node.indexOf("node-3") * whole.times.length;
    expect(scores.score).toEqual(whole.score.slice(at, at + whole.times.length));
    expect((await read("/nodes?cluster=eu&node=none")).data).toEqual([]);
  });

  async function read(path: string) {
    asked = [];
    return server.get("acme", path);
  }

  function countOf(what: Question["what"]): number {
    return asked.filter((question) => question.what === what).length;
  }
});
