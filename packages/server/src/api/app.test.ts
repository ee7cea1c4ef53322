import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { asJson, type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON } from "../../testing/real-platform.ts";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";

let server: RealServer;
let auth: Record<string, string>;
beforeEach(async () => {
  server = await openRealServer();
  auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
  return () => server.close();
});

function get(url: string, headers: Record<string, string> = auth) {
  return server.app.inject({ method: "GET", url, headers });
}

function send(series: readonly object[]) {
  const payload = { series };
  return server.app.inject({ method: "POST", url: "/api/v1/ingest", headers: auth, payload });
}

/** Twenty-one minutes of one series. */
async function fill(node = "n1"): Promise<void> {
  const points = Array.from({ length: 21 }, (_, i) => [NOON - (21 - i) * 60_000, 10 + (i % 3)]);
  const series = { cluster: "eu", node, metric: "cpu", metadata: { unit: "%" }, points };
  expect((await send([series])).json().acceptedPoints).toBe(21);
  await server.settled();
}

const STEP_MS = 300_000;
const POINTS = 8 * 288;
/** Eight days of six nodes; all of the third rises for four hours, five hours before noon. */
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * STEP_MS,
  stepMs: STEP_MS,
  nodes: ["n1", "n2", "n3", "n4", "n5", "n6"],
  plants: [{ node: "n3", from: POINTS - 60, to: POINTS - 12 }],
};
const { startMs: FROM, endMs: TO } = rangeOf(FLEET, POINTS);

async function fillWithFault(): Promise<void> {
  for (let from = 0; from < POINTS; from += POINTS / 4) {
    const { series } = asJson(plantedSeries(FLEET, from, from + POINTS / 4));
    expect((await send(series)).statusCode).toBe(200);
  }
  await server.settled();
}

describe("replies", () => {
  it("carry a request id, the caller's own where it is harmless", async () => {
    const own = await get("/api/v1/summary", { ...auth, "x-request-id": "abc-1.2_3" });
    expect(own.headers["x-request-id"]).toBe("abc-1.2_3");
    const odd = await get("/api/v1/summary", { ...auth, "x-request-id": "a b\u00e9" });
    expect(odd.headers["x-request-id"]).toMatch(/^req_/);
  });

  it("are never cached and carry the security headers", async () => {
    for (const url of ["/api/v1/summary", "/nothing/here", "/api/v1/none"]) {
      const { headers } = await get(url);
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toContain("default-src 'self'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("name the detection engines, and which of them judges points as they come", async () => {
    const { data } = (await get("/api/v1/engines")).json();
    const [absence, batch, peer, stream] = data;
    expect([absence, batch, peer].map(({ engine }) => engine)).toEqual([
      "absence",
      "batch",
      "peer",
    ]);
    expect(stream).toMatchObject({ engine: "stream", available: true, live: true, reason: null });
    expect(batch).toMatchObject({ live: false, summary: expect.stringContaining("looks ahead") });
  });

  it("show instants as text and what is not known as null", async () => {
    const empty = (await get("/api/v1/health")).json();
    expect(empty).toMatchObject({ watermark: null, series: 0 });
    await fill();
    const { data } = (await get("/api/v1/series")).json();
    expect(data[0]).toMatchObject({
      cluster: "eu",
      node: "n1",
      metric: "cpu",
      metadata: { unit: "%" },
      lastAt: new Date(server.clock.nowMs - 60_000).toISOString(),
    });
  });

  it("are packed for callers that take gzip, where it is worth it", async () => {
    await fill();
    const plain = await get("/openapi.json");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const packed = await get("/openapi.json", { "accept-encoding": "br, gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.headers.vary).toBe("accept-encoding");
    expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
    const page = await get("/docs/", { "accept-encoding": "gzip" });
    expect(page.headers["content-security-policy"]).toContain("sha256-");
    const declined = await get("/openapi.json", { "accept-encoding": "gzip;q=0" });
    expect(declined.headers["content-encoding"]).toBeUndefined();
    const small = await get("/healthz", { "accept-encoding": "gzip" });
    expect(small.headers["content-encoding"]).toBeUndefined();
  });

  it("follow a series from the list to its points, anomaly, explanation and finding", async () => {
    await fillWithFault();
    const list = (await get("/api/v1/series?node=n3&metric=cpu")).json().data;
    expect(list).toHaveLength(1);
    const chart = await get(`/api/v1/series/${list[0].id}/points?from=now-6h`);
    expect(chart.json().columns.at).toHaveLength(72);
    const range = `from=${TO - 6 * 3_600_000}&to=${TO}`;
    const query = `${range}&node=n3&metric=cpu&minScore=0.5`;
    const [anomaly] = (await get(`/api/v1/anomalies?${query}`)).json().data;
    const one = (await get(`/api/v1/anomalies/${anomaly.id}`)).json();
    expect(one).toEqual({ ...anomaly, explanation: one.explanation });
    const explained = (await get(`/api/v1/anomalies/${anomaly.id}/explanation`)).json();
    expect(explained).toEqual(one.explanation);
    expect(explained).toMatchObject({
      direction: "up",
      text: expect.stringContaining("cpu on n3"),
    });
    expect(explained.actual).toBeGreaterThan(100);
    const findings = (await get(`/api/v1/findings?from=${FROM}&to=${TO}`)).json().data;
    expect(findings.map(({ node }: { node: string }) => node)).toEqual(["n3"]);
    expect((await get(`/api/v1/findings/${findings[0].id}`)).json()).toEqual(findings[0]);
    for (const url of ["/clusters", "/nodes", "/metrics", "/rankings", "/scores?level=node"]) {
      expect((await get(`/api/v1${url}`)).statusCode, url).toBe(200);
    }
  });

  it("page through a list to its end, and refuse a cursor that is none of ours", async () => {
    for (const node of ["n1", "n2", "n3"]) await fill(node);
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 5; pages++) {
      const page = (await get(`/api/v1/series?limit=2${cursor}`)).json();
      seen.push(...page.data.map((row: { node: string }) => row.node));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(["n1", "n2", "n3"]);
    expect((await get("/api/v1/series?cursor=x")).json()).toMatchObject({
      status: 400,
      code: "invalid_cursor",
    });
  });

  it("say 404 alike for ids that never were and addresses that are none", async () => {
    for (const url of [
      "/series/x",
      "/series/x/points",
      "/anomalies/x",
      "/findings/x",
      "/nothing",
    ]) {
      const reply = await get(`/api/v1${url}`);
      expect(reply.statusCode, url).toBe(404);
      expect(reply.headers["content-type"]).toContain("application/problem+json");
      expect(reply.json().code).toBe("not_found");
    }
    expect((await get("/api/v1/demo/truth")).statusCode).toBe(404);
  });

  it("hide our own mistakes and log them with their stack", async () => {
    const broken = await openRealServer({
      parts: {
        demoTruth: () => {
          throw new Error("the secret of the house");
        },
      },
    });
    const headers = { authorization: `Bearer ${broken.key("read", "acme")}` };
    const reply = await broken.app.inject({ method: "GET", url: "/api/v1/demo/truth", headers });
    expect(reply.statusCode).toBe(500);
    expect(reply.json().code).toBe("internal");
    expect(reply.body).not.toContain("secret");
    const line = broken.logLines.find((text) => text.includes("the secret of the house"));
    expect(line).toContain("app.test.ts");
    await broken.close();
  });

  it("give the answer key of the caller's tenant only", async () => {
    const fault = {
      id: "1",
      title: "cpu follows disk",
      kind: "spike",
      cluster: "eu",
      nodes: ["n1"],
      metrics: ["cpu"],
      startMs: 1000,
      endMs: 0,
      silent: false,
    };
    const demo = await openRealServer({
      parts: { demoTruth: (tenant) => (tenant === "acme" ? [fault] : []) },
    });
    const of = async (tenant: string) => {
      const headers = { authorization: `Bearer ${demo.key("read", tenant)}` };
      return (await demo.app.inject({ method: "GET", url: "/api/v1/demo/truth", headers })).json()
        .data;
    };
    expect(await of("globex")).toEqual([]);
    expect(await of("acme")).toMatchObject([{ from: "1970-01-01T00:00:01.000Z", to: null }]);
    await demo.close();
  });
});
