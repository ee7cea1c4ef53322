import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { batchOf, type IngestBatch } from "../../packages/server/src/platform/ingest-batch.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const NOW = Date.UTC(2026, 4, 4);
const SERIES = 100;
const POINTS = 1000;
const BATCHES = 12;

describe("tenants at one server", () => {
  let server: TestServer;

  afterEach(() => server.close());

  it("do not wait for each other: a small push passes what a neighbour has queued", async () => {
    server = await startTestServer({ tenants: ["noisy", "quiet"], now: () => NOW });
    const noisy = server.running.platform.forTenant("noisy");
    let acknowledged = 0;
    const all = Array.from({ length: BATCHES }, async (_, k) => {
      const { acceptedPoints } = await noisy.ingest(batch(k));
      expect(acceptedPoints).toBe(SERIES * POINTS);
      acknowledged++;
    });
    const { status } = await server.post("quiet", "/ingest", body("n1"));
    expect(status).toBe(200);
    expect(acknowledged).toBeLessThan(BATCHES / 2);
    await Promise.all(all);
    expect(acknowledged).toBe(BATCHES);
  });

  it("hold points per second on every way in: our own senders wait, HTTP is told to", async () => {
    server = await startTestServer({ tenants: ["noisy", "quiet"], now: () => NOW });
    const { control, platform } = server.running;
    const slow = { pointsPerSecond: 1e-3, pointsBurst: 2 };
    control.changeSettings("noisy", { limits: slow });
    const send = (node: string) => platform.forTenant("noisy").ingest(columns(node));
    await send("n1");
    await send("n2");
    const order: string[] = [];
    const waiting = ["n3", "n4"].map((node) => send(node).then(() => order.push(node)));
    const told = await server.post("noisy", "/ingest", body("n5"));
    expect([told.status, told.body.code]).toEqual([429, "quota_exceeded"]);
    expect((await server.post("quiet", "/ingest", body("n1"))).status).toBe(200);
    expect(order).toEqual([]);
    control.changeSettings("noisy", { limits: { pointsPerSecond: 1e9, pointsBurst: 1e9 } });
    await Promise.all(waiting);
    expect(order.sort()).toEqual(["n3", "n4"]);
    expect((await server.get("noisy", "/summary")).nodes).toBe(4);
  });

  it("have their own room for bodies: slow uploads of one take nothing from the other", async () => {
    server = await startTestServer({ tenants: ["noisy", "quiet"], now: () => NOW });
    const uploads = Array.from({ length: 40 }, () => slowUpload(server, "noisy"));
    try {
      await Promise.all(uploads.map(({ begun }) => begun));
      expect((await server.post("quiet", "/ingest", body("n1"))).status).toBe(200);
      expect((await server.post("noisy", "/ingest", body("n1"))).status).toBe(200);
    } finally {
      for (const { end } of uploads) end();
    }
  });
});

/** One point, as a request. */
function body(node: string) {
  return { series: [{ cluster: "eu", node, metric: "cpu", points: [[NOW, 1]] }] };
}

/** One point, as columns. */
function columns(node: string): IngestBatch {
  const place = { clusterId: "eu", nodeId: node, metricName: "cpu" };
  return batchOf([{ ...place, timestampsMs: Float64Array.of(NOW), values: Float64Array.of(1) }]);
}

function batch(k: number): IngestBatch {
  return batchOf(
    Array.from({ length: SERIES }, (_, i) => ({
      clusterId: "eu",
      nodeId: `node-${i}`,
      metricName: "cpu",
      timestampsMs: Float64Array.from(
        { length: POINTS },
        (_, p) => NOW - (BATCHES * POINTS - k * POINTS - p) * 1000,
      ),
      values: Float64Array.from({ length: POINTS }, (_, p) => 50 + ((p * 7919 + i) % 13)),
    })),
  );
}

/** A body in chunks of unknown length, of which only the beginning comes. */
function slowUpload(server: TestServer, tenant: string) {
  const { port } = new URL(server.url);
  const sent = request({
    host: "127.0.0.1",
    port,
    path: "/api/v1/ingest",
    method: "POST",
    headers: {
      authorization: `Bearer ${server.keys(tenant).ingest}`,
      "content-type": "application/json",
      "transfer-encoding": "chunked",
      expect: "100-continue",
    },
  });
  sent.on("error", () => undefined);
  const begun = new Promise<void>((resolve) => {
    sent.once("continue", () => sent.write('{"series":[', () => resolve()));
    sent.flushHeaders();
  });
  return { begun, end: () => sent.destroy() };
}
