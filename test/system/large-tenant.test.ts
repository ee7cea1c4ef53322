import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const CLUSTERS = 3;
const NODES = 3500;
/** Two nodes have very many metrics, all others a few. */
const WIDE = { nodes: ["wide-0", "wide-1"], metrics: 35_000 };
const METRICS = 22;
const SERIES = CLUSTERS * NODES * METRICS - WIDE.nodes.length * METRICS + 2 * WIDE.metrics;
const NOW = Date.UTC(2026, 5, 15);

/** The series are put into the directory of the running server; the wide nodes' come in no order. */
describe(`a tenant with ${SERIES.toLocaleString("en")} series`, () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ tenants: ["acme"], now: () => NOW, hostHere: true });
    const { directory } = server.host();
    const add = (clusterId: string, nodeId: string, metricName: string): void => {
      directory.add({ tenantId: "acme", clusterId, nodeId, metricName }, {});
    };
    for (let cluster = 0; cluster < CLUSTERS; cluster++) {
      for (let node = 0; node < NODES; node++) {
        const wide = cluster === 0 ? WIDE.nodes[node] : undefined;
        const count = wide === undefined ? METRICS : WIDE.metrics;
        for (let m = 0; m < count; m++) {
          add(`c${cluster}`, wide ?? `node-${node}`, `metric_${(m * 7919) % count}`);
        }
      }
    }
  });

  afterAll(() => server.close());

  it("answers its summary", async () => {
    const summary = await server.get("acme", "/summary");
    // None of them has sent a point, so all are asleep.
    expect(summary).toMatchObject({ clusters: CLUSTERS, nodes: 0, points: 0 });
    expect(summary.nodesAsleep).toBe(CLUSTERS * NODES);
    expect(summary.series + summary.seriesAsleep).toBe(SERIES);
  });

  it("lists its clusters, nodes and metrics", async () => {
    const clusters = (await server.get("acme", "/clusters")).data;
    const asleep = clusters.map(({ nodesAsleep }: { nodesAsleep: number }) => nodesAsleep);
    expect(asleep).toEqual([NODES, NODES, NODES]);
    const nodes = (await server.get("acme", "/nodes?cluster=c0")).data;
    expect(nodes.length).toBe(NODES);
    expect(nodes.find(({ node }: { node: string }) => node === "wide-1").metrics).toBe(
      WIDE.metrics,
    );
    expect((await server.get("acme", "/nodes?cluster=c0&node=wide-0")).data.length).toBe(1);
    const metrics = (await server.get("acme", "/metrics")).data;
    expect(metrics.length).toBe(WIDE.metrics);
    expect((await server.get("acme", "/health")).seriesAsleep).toBe(SERIES);
  });

  it("gives its series page by page, each once, in order, also after the cursor of another filter", async () => {
    const names: string[] = [];
    let cursor = "";
    for (let page = 0; page < 40; page++) {
      const { data, nextCursor } = await server.get(
        "acme",
        `/series?cluster=c0&node=wide-0&limit=1000${cursor}`,
      );
      for (const { metric } of data) names.push(metric);
      if (nextCursor === null) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(names.length).toBe(WIDE.metrics);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(WIDE.metrics);
    const one = await server.get("acme", "/series?metric=metric_7&limit=1000");
    expect(one.data.length).toBe(1000);
    const next = await server.get("acme", `/series?metric=metric_7&cursor=${one.nextCursor}`);
    expect(next.data[0].metric).toBe("metric_7");
    expect(next.data[0].node).not.toBe(one.data.at(-1).node);
  });
});
