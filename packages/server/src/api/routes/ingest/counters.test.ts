import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { beforeEach, describe, expect, it } from "vitest";
import { NOON } from "../../../../testing/real-platform.ts";
import { openRealServer, type RealServer } from "../../../../testing/real-server.ts";
import { encodeWriteRequest, snappy } from "../../../../testing/remote-write-bytes.ts";

const MINUTES = 3 * 1440;
const START = NOON - MINUTES * MINUTE_MS;
const RESTART = MINUTES - 1500;
const BURST = MINUTES - 600;
const FREE = { pointsPerSecond: 1e9, pointsBurst: 1e9, queryRequestsPerSecond: 1e6 };
const BATCH = 480;

const TENANTS = ["one", "two", "three", "four", "five", "six"] as const;
type Tenant = (typeof TENANTS)[number];

/** Three days of a counter: a daily wave, a restart, and later half an hour of threefold traffic. */
const TOTALS = totals((i) => (i >= BURST && i < BURST + 30 ? 3 : 1));

describe("a counter", () => {
  let server: RealServer;
  beforeEach(async () => {
    server = await openRealServer({ tenants: TENANTS, limits: FREE });
    return () => server.close();
  });

  it("gives the same anomalies through every door, its type told early, late or never", async () => {
    await eachBatch((points) => sendJson("one", "octets_total", points));
    await eachBatch((points) => sendJson("two", "octets_total", points, { type: "counter" }));
    await eachBatch((points) => sendCsv("three", "octets_total", points));
    await eachBatch((points) => sendWrite("four", "octets_total", points));
    await declare("five", "octets_total", COUNTER);
    await eachBatch((points) => sendWrite("five", "octets_total", points));
    await eachBatch((points) => sendWrite("six", "octets_total", points));
    await declare("six", "octets", COUNTER);
    const all = await Promise.all(TENANTS.map(anomalies));
    for (const found of all) expect(found).toEqual(all[0]);
    expectBurstAlone(all[0]!);
  });

  it("is one from the moment its sender says so, whatever was sent before", async () => {
    const name = "ifHCInOctets";
    await eachBatch((points) => sendJson("one", name, points, { type: "counter" }));
    await eachBatch((points) => sendJson("two", name, points, { counter: true }));
    await eachBatch((points, k) => sendJson("three", name, points, k < 3 ? {} : COUNTER_TYPE));
    await declare("four", name, COUNTER);
    await eachBatch((points) => sendWrite("four", name, points));
    await eachBatch(async (points, k) => {
      await sendWrite("five", name, points);
      if (k === 0) await declare("five", name, COUNTER);
    });
    await eachBatch((points) => sendWrite("six", name, points));
    expect((await anomalies("six")).length).toBeGreaterThan(0);
    expect(await typeOf("six")).toBeUndefined();
    const before = await lastScores("six");
    await declare("six", name, COUNTER);
    const all = await Promise.all(TENANTS.map(anomalies));
    for (const found of all) expect(found).toEqual(all[0]);
    expectBurstAlone(all[0]!);
    expect(await Promise.all(TENANTS.map(typeOf))).toEqual(TENANTS.map(() => "counter"));
    // What the roll-up can still fold again is that of a counter, too.
    expect(before.length).toBeGreaterThan(10);
    for (const scores of await Promise.all(TENANTS.map(lastScores))) {
      expect(scores.length).toBe(before.length);
      expect(worst(scores)).toBeLessThan(0.02);
      expect(scores).not.toEqual(before);
    }
  });

  it("becomes one with the tenant's next batch where the disk was full when that was said", async () => {
    const name = "ifHCInOctets";
    for (const tenant of ["one", "two"] as const) {
      await eachBatch((points) => sendWrite(tenant, name, points));
    }
    await declare("one", name, COUNTER);
    server.disk.fill();
    const body = snappy(encodeWriteRequest([], [{ type: COUNTER, family: name }]));
    const headers = { ...auth("two"), ...WRITE };
    const said = { method: "POST", url: "/api/v1/write", headers, payload: body } as const;
    expect((await server.app.inject(said)).statusCode).toBe(503);
    server.disk.makeRoom();
    for (const tenant of ["one", "two"] as const) {
      await sendJson(tenant, "another", [[NOON - MINUTE_MS, 1]]);
    }
    expect(await anomalies("two")).toEqual(await anomalies("one"));
    expectBurstAlone(await anomalies("two"));
  });

  it("is none where its sender says so, whatever its name ends in", async () => {
    const waves = TOTALS.map(([atMs], i): Point => [atMs, level(i) * (i >= BURST ? 4 : 1)]);
    const name = "order_count";
    const send = (work: (points: readonly Point[], k: number) => Promise<void>) =>
      eachBatch(work, waves);
    await send((points) => sendJson("one", name, points, { type: "gauge" }));
    await send((points) => sendJson("two", name, points));
    await send((points) => sendJson("three", name, points, { metadata: { type: "gauge" } }));
    await declare("four", name, GAUGE);
    await send((points) => sendWrite("four", name, points));
    await send(async (points, k) => {
      await sendWrite("five", name, points);
      if (k === 0) await declare("five", name, GAUGE);
    });
    await send((points) => sendWrite("six", name, points));
    expect(await typeOf("six")).toBe("counter");
    await declare("six", name, GAUGE);
    const all = await Promise.all(TENANTS.map(anomalies));
    for (const found of all) expect(found).toEqual(all[0]);
    expect(all[0]!.some(({ windowStart }) => near(windowStart, BURST))).toBe(true);
    const types = await Promise.all(TENANTS.map(typeOf));
    expect(types.filter((type) => type === "counter")).toEqual([]);
  });

  it("does not take a label called type for what it is", async () => {
    const labels = { type: "counter", __name__: "depth", cluster: "eu", instance: "n1" };
    const samples = [{ atMs: NOON - MINUTE_MS, value: 1 }];
    await post("one", "/write", snappy(encodeWriteRequest([{ labels, samples }])), WRITE);
    await server.settled();
    expect(await typeOf("one")).toBeUndefined();
  });

  it("that stands still is told while it does", async () => {
    const from = MINUTES - 20;
    const stalled = totals((i) => (i >= from ? 0 : 1));
    await eachBatch((points) => sendWrite("one", "octets_total", points), stalled);
    const open = (await anomalies("one")).find(({ windowStart }) => near(windowStart, from));
    expect(open?.score).toBeGreaterThan(0.75);
    expect(open?.explanation.text).toMatch(/stuck at 0 \/s since 11:40/);
  });

  const auth = (tenant: Tenant) => ({ authorization: `Bearer ${server.key("manage", tenant)}` });

  async function post(tenant: Tenant, path: string, body: Buffer | string, headers: object) {
    const url = `/api/v1${path}`;
    const all = { ...auth(tenant), ...headers };
    const reply = await server.app.inject({ method: "POST", url, headers: all, payload: body });
    expect(reply.statusCode, reply.body).toBeLessThan(300);
  }

  async function get(tenant: Tenant, path: string) {
    await server.settled();
    const url = `/api/v1${path}`;
    return (await server.app.inject({ method: "GET", url, headers: auth(tenant) })).json();
  }

  function sendJson(tenant: Tenant, metric: string, points: readonly Point[], more: object = {}) {
    const series = [{ cluster: "eu", node: "n1", metric, points, ...more }];
    return post(tenant, "/ingest", JSON.stringify({ series }), JSON_TYPE);
  }

  function sendCsv(tenant: Tenant, metric: string, points: readonly Point[]) {
    const rows = points.map(([atMs, value]) => `${atMs},${value}`);
    const text = `timestamp,${metric}\n${rows.join("\n")}\n`;
    return post(tenant, "/ingest/csv?cluster=eu&node=n1", text, { "content-type": "text/csv" });
  }

  function sendWrite(tenant: Tenant, metric: string, points: readonly Point[]) {
    const labels = { __name__: metric, cluster: "eu", instance: "n1" };
    const samples = points.map(([atMs, value]) => ({ atMs, value }));
    return post(tenant, "/write", snappy(encodeWriteRequest([{ labels, samples }])), WRITE);
  }

  function declare(tenant: Tenant, family: string, type: number) {
    return post(tenant, "/write", snappy(encodeWriteRequest([], [{ type, family }])), WRITE);
  }

  async function anomalies(tenant: Tenant): Promise<Anomaly[]> {
    const range = `from=${START}&to=${NOON + DAY_MS}`;
    return (await get(tenant, `/anomalies?${range}&minScore=0.5&limit=1000`)).data;
  }

  /** Of the node, in the last 100 minutes. */
  async function lastScores(tenant: Tenant): Promise<number[]> {
    const range = `from=${NOON - 100 * MINUTE_MS}&to=${NOON}`;
    return (await get(tenant, `/scores?level=node&${range}`)).score;
  }

  async function typeOf(tenant: Tenant): Promise<string | undefined> {
    return (await get(tenant, "/series")).data[0].metadata.type;
  }
});

interface Anomaly {
  readonly windowStart: string;
  readonly score: number;
  readonly explanation: { readonly text: string };
}

type Point = readonly [atMs: number, value: number];

const JSON_TYPE = { "content-type": "application/json" };
const WRITE = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
const COUNTER_TYPE = { type: "counter" };
const COUNTER = 1;
const GAUGE = 2;

async function eachBatch(
  send: (points: readonly Point[], k: number) => Promise<void>,
  points: readonly Point[] = TOTALS,
): Promise<void> {
  for (let k = 0; k * BATCH < points.length; k++) {
    await send(points.slice(k * BATCH, (k + 1) * BATCH), k);
  }
}

/** The burst is found at its time, and nothing that is as odd. */
function expectBurstAlone(found: readonly Anomaly[]): void {
  const odd = found.filter(({ score }) => score >= 0.75);
  expect(odd.map(({ windowStart }) => near(windowStart, BURST))).toEqual([true]);
}

function near(instant: string, minute: number): boolean {
  return Math.abs(Date.parse(instant) - (START + minute * MINUTE_MS)) <= 5 * MINUTE_MS;
}

function worst(scores: readonly number[]): number {
  return scores.reduce((a, b) => Math.max(a, b), 0);
}

function level(i: number): number {
  const noise = 25 * Math.sin(i * 12.9898) + 25 * Math.sin(i * 78.233);
  return 900 + 300 * Math.sin((2 * Math.PI * (i % 1440)) / 1440) + noise;
}

function totals(factor: (i: number) => number): readonly Point[] {
  let total = 5e9;
  return Array.from({ length: MINUTES }, (_, i): Point => {
    if (i === RESTART) total = 0;
    total += Math.round(60 * factor(i) * level(i));
    return [START + i * MINUTE_MS, total];
  });
}
