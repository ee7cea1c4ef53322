import { Foreshock } from "@foreshock/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PacedReads } from "../../packages/server/src/query/paced-reads.ts";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 60_000;
const COUNT = 600;
const START = Date.UTC(2026, 5, 7);
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: ["a", "b", "c"],
  metrics: ["cpu_usage", "load1"],
  faults: [{ node: "b", from: 500, to: 540 }],
};
const RANGE = `from=${START}&to=${START + COUNT * STEP_MS}`;
const READS: Readonly<Record<string, string>> = {
  summary: "/summary",
  clusters: "/clusters",
  nodes: "/nodes",
  metrics: "/metrics",
  series: "/series",
  findings: `/findings?${RANGE}`,
  anomalies: `/anomalies?${RANGE}`,
  alarms: `/alarms?${RANGE}`,
  scores: `/scores?${RANGE}`,
  rankings: `/rankings?${RANGE}`,
  health: "/health",
  calibration: `/calibration?${RANGE}`,
  overview: `/overview?${RANGE}&step=1m&maxPoints=50`,
  nodePage: `/nodes/page?${RANGE}&cluster=eu&node=b&step=1m`,
  metricPage: `/metrics/page?${RANGE}&cluster=eu&node=b&metric=load1`,
};

describe("a read that names the state it has seen", () => {
  let server: TestServer;
  let now = START + COUNT * STEP_MS;
  let computed: string[] = [];

  beforeAll(async () => {
    server = await startTestServer({ tenants: ["acme", "globex"], now: () => now, hostHere: true });
    for (const tenant of ["acme", "globex"]) {
      await server.post(tenant, "/ingest", { series: seriesOf(FLEET, 0, COUNT) });
    }
    await server.running.platform.settled();
    const view = server.host().view("acme");
    const paced = view.paced.bind(view);
    view.paced = (pace) => counting(paced(pace), (name) => void computed.push(name));
  });

  afterAll(() => server.close());

  it.each(Object.entries(READS))(
    "is answered 304 without being computed: %s",
    async (name, path) => {
      computed = [];
      const first = await ask("acme", path);
      expect(first.status).toBe(200);
      expect(first.tag).toMatch(/^W\/"[\x21\x23-\x7e]+"$/);
      expect(computed).toContain(name);
      const made = [...computed];
      const second = await ask("acme", path, first.tag);
      expect([second.status, second.text, second.tag]).toEqual([304, "", first.tag]);
      expect((await ask("acme", path, `"other", ${first.tag}`)).status).toBe(304);
      expect(computed).toEqual(made);
      expect((await ask("acme", path, 'W/"other"')).status).toBe(200);
    },
  );

  it("is computed again after a point, of the tenant that sent it only", async () => {
    const [acme, globex] = [await ask("acme", "/nodes"), await ask("globex", "/nodes")];
    await server.post("acme", "/ingest", { series: seriesOf(FLEET, COUNT, COUNT + 1) });
    await server.running.platform.settled();
    const after = await ask("acme", "/nodes", acme.tag);
    expect(after.status).toBe(200);
    expect(after.text).not.toBe(acme.text);
    expect((await ask("globex", "/nodes", globex.tag)).status).toBe(304);
  });

  it("is computed again after the settings changed", async () => {
    const before = await ask("acme", "/summary");
    server.running.control.changeSettings("acme", { budgetDays: 9 });
    computed = [];
    const after = await ask("acme", "/summary", before.tag);
    expect(after.tag).not.toBe(before.tag);
    expect(computed).toEqual(["summary"]);
    expect((await ask("acme", "/summary", after.tag)).status).toBe(304);
  });

  it("is answered 304 under a new name where the state has moved and the reply has not", async () => {
    const path = `/metrics/page?${RANGE}&cluster=eu&node=a&metric=load1`;
    const first = await ask("acme", path);
    const [one] = seriesOf(FLEET, COUNT + 5, COUNT + 6);
    // Its twin on another node is not on the page.
    await server.post("acme", "/ingest", { series: [{ ...one!, node: "c", metric: "cpu_usage" }] });
    computed = [];
    const second = await ask("acme", path, first.tag);
    expect([second.status, second.text]).toEqual([304, ""]);
    expect(second.tag).not.toBe(first.tag);
    expect(computed).toContain("metricPage");
    computed = [];
    const third = await ask("acme", path, second.tag);
    expect([third.status, third.tag, computed]).toEqual([304, second.tag, []]);
  });

  it("is computed again once per minute where its range follows the clock", async () => {
    const path = "/scores?from=now-1h";
    const first = await ask("acme", path);
    expect((await ask("acme", path, first.tag)).status).toBe(304);
    now += STEP_MS;
    expect((await ask("acme", path, first.tag)).status).toBe(200);
    expect((await ask("acme", "/summary", (await ask("acme", "/summary")).tag)).status).toBe(304);
  });

  it("is never answered by another tenant's state, nor is a refusal ever tagged", async () => {
    const { tag } = await ask("acme", "/nodes");
    expect((await ask("globex", "/nodes", tag)).status).toBe(200);
    const missing = await ask("acme", "/series/srs_none");
    expect([missing.status, missing.tag]).toEqual([404, undefined]);
  });

  it("gives the typed client the very object it had before", async () => {
    const client = new Foreshock({ url: server.url, key: server.keys("acme").read });
    const first = await client.nodes.list();
    expect(await client.nodes.list()).toBe(first);
    expect(await client.summary()).toBe(await client.summary());
    await server.post("acme", "/ingest", { series: seriesOf(FLEET, COUNT + 1, COUNT + 2) });
    await server.running.platform.settled();
    const later = await client.nodes.list();
    expect(later).not.toBe(first);
    expect(Date.parse(later[0]!.lastAt!)).toBeGreaterThan(Date.parse(first[0]!.lastAt!));
  });

  async function ask(tenant: string, path: string, tag?: string) {
    const reply = await fetch(`${server.url}/api/v1${path}`, {
      headers: {
        authorization: `Bearer ${server.keys(tenant).read}`,
        ...(tag === undefined ? {} : { "if-none-match": tag }),
      },
    });
    const text = await reply.text();
    return { status: reply.status, text, tag: reply.headers.get("etag") ?? undefined };
  }
});

/** The same reads, and says which of them are made. */
function counting(reads: PacedReads, made: (name: string) => void): PacedReads {
  for (const name of Object.keys(READS) as (keyof PacedReads)[]) {
    const read = (reads[name] as (...given: unknown[]) => unknown).bind(reads);
    Object.assign(reads, {
      [name]: (...given: unknown[]) => {
        made(name);
        return read(...given);
      },
    });
  }
  return reads;
}
