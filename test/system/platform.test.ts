import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const DAYS = 8;
const NOW = Date.UTC(2026, 5, 15, 12);
const START = NOW - DAYS * 86_400_000;
const POINTS = (DAYS * 86_400_000) / STEP_MS;
const NODES = 6;
const METRICS = ["cpu_usage", "load1", "latency_ms", "net_rx"];
/** The fault: four hours, ending two hours before the end, every metric of one node. */
const FAULT = { node: "node-3", from: POINTS - 72, to: POINTS - 24 };

describe("the platform on real input", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ tenants: ["acme", "globex", "shop"], now: () => NOW });
    for (let day = 0; day < DAYS; day++) {
      const { status, body } = await server.post("acme", "/ingest", { series: dayOf(day) });
      expect([status, body.rejectedPoints]).toEqual([200, 0]);
    }
    await server.running.platform.settled();
  });

  afterAll(() => server.close());

  it("ranks the faulty node first, with one of its metrics and a sentence", async () => {
    const range = `from=${at(FAULT.from)}&to=${at(FAULT.to)}`;
    const nodes = await server.get("acme", `/rankings?level=node&${range}`);
    expect(nodes.data[0]).toMatchObject({ rank: 1, cluster: "eu", node: FAULT.node });
    expect(nodes.data[0].score).toBeGreaterThan(0.75);
    expect(nodes.data[0].why).not.toBe("");
    const metrics = await server.get("acme", `/rankings?level=metric&n=4&${range}`);
    expect(metrics.data.map((row: { node: string }) => row.node)).toEqual(
      METRICS.map(() => FAULT.node),
    );
    const shares = metrics.data.map(({ share }: { share: number }) => share);
    expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 6);
    for (const { onset } of metrics.data) {
      expect(Math.abs(Date.parse(onset) - at(FAULT.from))).toBeLessThanOrEqual(2 * STEP_MS);
    }
    const own = await server.get("acme", `/rankings?level=metric&node=${FAULT.node}&${range}`);
    expect(own.data.map((row: { metric: string }) => row.metric)).toEqual(
      metrics.data.map((row: { metric: string }) => row.metric),
    );
  });

  it("says of an anomaly how far its node is from the others, and that none of them is anomalous too", async () => {
    const range = `from=${at(FAULT.from)}&to=${at(FAULT.to)}`;
    const query = `/anomalies?node=${FAULT.node}&metric=cpu_usage&sort=score&${range}`;
    const [listed] = (await server.get("acme", query)).data;
    expect(listed.explanation.peers).toBeNull();
    const { explanation } = await server.get("acme", `/anomalies/${listed.id}`);
    expect(explanation.peers).toMatchObject({ compared: NODES - 1, anomalous: 0 });
    expect(Math.abs(explanation.peers.z)).toBeGreaterThan(5);
  });

  it("reports a metric whose recording changed on several nodes, and does not rank it", async () => {
    const from = POINTS - 12;
    const metric = (node: string, name: string, valueAtPoint: (i: number) => number) => ({
      cluster: "eu",
      node,
      metric: name,
      points: Array.from({ length: 600 }, (_, i) => {
        const point = POINTS - 600 + i;
        return [at(point), valueAtPoint(point)];
      }),
    });
    const series = ["a", "b", "c"].flatMap((node, n) => [
      metric(node, "success_share", (i) => (n < 2 && i >= from ? 100 : 0)),
      metric(node, "cpu_usage", (i) => 50 + noise(n, 0, i) + (n === 2 && i >= from ? 35 : 0)),
    ]);
    expect((await server.post("shop", "/ingest", { series })).status).toBe(200);
    await server.running.platform.settled();
    const range = `from=${at(from)}&to=${at(POINTS)}`;
    const { data, dataQuality } = await server.get("shop", `/rankings?level=metric&${range}`);
    expect(data[0]).toMatchObject({ node: "c", metric: "cpu_usage" });
    expect(dataQuality).toMatchObject([
      {
        metric: "success_share",
        from: 0,
        to: 100,
        nodes: [
          { cluster: "eu", node: "a" },
          { cluster: "eu", node: "b" },
        ],
      },
    ]);
    const ofNode = await server.get("shop", `/rankings?level=metric&node=a&${range}`);
    expect(ofNode.dataQuality).toEqual(dataQuality);
    expect(ofNode.data.map((row: { node: string }) => row.node)).toEqual(["a", "a"]);
  });

  it("opens one finding, for that node, with its contributing metrics", async () => {
    const { data } = await server.get("acme", `/findings?from=${START}&to=${NOW}`);
    const inFault = data.filter((row: { node: string }) => row.node === FAULT.node);
    expect(inFault.length).toBe(1);
    expect(inFault[0]).toMatchObject({ level: "node", cluster: "eu" });
    expect(inFault[0].contributions.length).toBeGreaterThanOrEqual(3);
    const share = inFault[0].contributions.reduce(
      (sum: number, { share }: { share: number }) => sum + share,
      0,
    );
    expect(share).toBeCloseTo(1, 6);
    const again = await server.get("acme", `/findings/${inFault[0].id}`);
    expect(again).toEqual(inFault[0]);
  });

  it("shows a series with its band, and its anomalies explained", async () => {
    const { data } = await server.get("acme", `/series?node=${FAULT.node}&metric=cpu_usage`);
    expect(data.length).toBe(1);
    const chart = await server.get(
      "acme",
      `/series/${data[0].id}/points?from=${START}&to=${NOW}&maxPoints=20000`,
    );
    expect(chart.columns.at.length).toBe(POINTS);
    expect(Math.max(...chart.columns.score)).toBeGreaterThan(0.75);
    const anomalies = await server.get(
      "acme",
      `/anomalies?from=${at(FAULT.from)}&to=${at(FAULT.to)}&node=${FAULT.node}&metric=cpu_usage`,
    );
    expect(anomalies.data[0]).toMatchObject({ metric: "cpu_usage", label: "trend" });
    expect(anomalies.data[0].explanation.text).toContain("cpu_usage on node-3");
    const one = await server.get("acme", `/anomalies/${anomalies.data[0].id}`);
    // The one anomaly tells more in its explanation than a list does, and the same for the rest.
    const { explanation, ...rest } = anomalies.data[0];
    expect(one).toEqual({ ...rest, explanation: expect.any(Object) });
    expect(one.explanation.text.startsWith(explanation.text.slice(0, -1))).toBe(true);
  });

  it("gives scores by level as columns, and counts what is there", async () => {
    const scores = await server.get("acme", `/scores?level=node&from=${START}&to=${NOW}&step=1h`);
    expect(scores.entities.node.length).toBe(NODES);
    expect(scores.score.length).toBe(NODES * scores.times.length);
    const summary = await server.get("acme", "/summary");
    expect(summary).toMatchObject({ nodes: NODES, series: NODES * METRICS.length });
    expect(summary.points).toBe(NODES * METRICS.length * POINTS);
    expect((await server.get("acme", "/health")).freshShare).toBe(1);
  });

  it("says what it promised and what came, from the stored history of nodes, cluster and tenant", async () => {
    const query = `from=${START}&to=${NOW}`;
    const { levels, findings } = await server.get("acme", `/calibration?${query}`);
    expect(
      levels.map(({ level, entities }: { level: string; entities: number }) => [level, entities]),
    ).toEqual([
      ["node", NODES],
      ["cluster", 1],
      ["tenant", 1],
    ]);
    const [node, , tenant] = levels;
    expect(node.watchedDays).toBeCloseTo(NODES * tenant.watchedDays, 6);
    expect(node.rows[0].promised).toBeCloseTo(node.watchedDays, 6);
    // The fault is there: its node reached once a month, and the tenant's findings are counted.
    expect(node.rows[2].realised).toBeGreaterThanOrEqual(1);
    const listed = await server.get("acme", `/findings?${query}`);
    expect(findings[0].realised).toBe(listed.data.length);
    expect(findings[0].promised).toBeCloseTo(tenant.watchedDays / findings[0].onceInDays, 1);
    const empty = await server.get("shop", "/calibration?from=0&to=1000");
    expect(empty.levels).toEqual([]);
  });

  it("accepts again, days later, what it has stored, and nothing else that is so late", async () => {
    const points = (changed: number): [number, number][] =>
      Array.from({ length: 2000 }, (_, i) => [at(i), i < changed ? -1 : i % 9]);
    const send = (changed: number) =>
      server.post("shop", "/ingest", {
        series: [{ cluster: "eu", node: "z", metric: "cpu", points: points(changed) }],
      });
    expect((await send(0)).body).toMatchObject({ acceptedPoints: 2000, rejectedPoints: 0 });
    expect((await send(0)).body).toMatchObject({ acceptedPoints: 2000, rejectedPoints: 0 });
    const { body } = await send(3);
    expect(body).toMatchObject({ acceptedPoints: 1997, rejectedPoints: 3 });
    expect(body.rejected).toMatchObject([{ reason: "too-late", points: 3 }]);
  });

  it("shows the other tenant nothing", async () => {
    expect((await server.get("globex", "/nodes")).data).toEqual([]);
    expect((await server.get("globex", `/findings?from=${START}&to=${NOW}`)).data).toEqual([]);
  });
});

function at(point: number): number {
  return START + point * STEP_MS;
}

function dayOf(day: number) {
  const perDay = 86_400_000 / STEP_MS;
  const series = [];
  for (let n = 0; n < NODES; n++) {
    for (const [m, metric] of METRICS.entries()) {
      const points = [];
      for (let i = day * perDay; i < (day + 1) * perDay; i++)
        points.push([at(i), valueAt(n, m, i)]);
      series.push({ cluster: "eu", node: `node-${n}`, metric, points });
    }
  }
  return series;
}

function valueAt(node: number, metric: number, i: number): number {
  const daily = 10 * Math.sin((2 * Math.PI * i * STEP_MS) / 86_400_000 + metric);
  const faulty = `node-${node}` === FAULT.node && i >= FAULT.from && i < FAULT.to;
  return 50 + daily + 2 * noise(node, metric, i) + (faulty ? 35 : 0);
}

/** Sum of hashed uniforms, about normal with deviation 1. */
function noise(node: number, metric: number, i: number): number {
  let sum = 0;
  for (let k = 0; k < 6; k++) {
    let h = Math.imul(i * 31 + node * 7919 + metric * 104_729 + k * 1_299_709, 0x9e3779b1) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    sum += ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return (sum - 3) * Math.SQRT2;
}
