import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { asJson, plantedSeries } from "../../testing/planted.ts";
import { NOON } from "../../testing/real-platform.ts";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";

/** Twenty-one minutes of one series. */
const MINUTES = 21;
const SERIES = asJson(
  plantedSeries({ startMs: NOON - MINUTES * 60_000, nodes: ["n1"], metrics: ["cpu"] }, 0, MINUTES),
);

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

describe("closing", () => {
  it("finishes what is under way, and takes nothing new", async () => {
    server.disk.hold();
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const body = JSON.stringify(SERIES);
    const headers = { ...auth, "content-type": "application/json" };
    const slow = fetch(`${url}/api/v1/ingest`, { method: "POST", headers, body });
    await expect.poll(() => server.disk.heldSyncs).toBeGreaterThan(0);
    const closed = server.app.close();
    server.disk.release();
    const reply = await slow;
    expect([reply.status, reply.headers.get("connection")]).toEqual([200, "close"]);
    await closed;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});

describe("what machines ask", () => {
  it("counts, without naming a tenant to anyone but operators", async () => {
    const sent = { method: "POST", url: "/api/v1/ingest", headers: auth, payload: SERIES } as const;
    expect((await server.app.inject(sent)).json().acceptedPoints).toBe(MINUTES);
    const plain = (await get("/metrics", {})).body;
    expect(plain).toContain('foreshock_ingest_samples_total{protocol="json"} 21');
    expect(plain).toContain('foreshock_http_requests_total{route="/api/v1/ingest",code="200"} 1');
    expect(plain).not.toContain("acme");
    expect((await get("/metrics")).body).not.toContain("acme");
    const operator = { authorization: `Bearer ${server.key("operator", null)}` };
    expect((await get("/metrics", operator)).body).toContain(
      'foreshock_ingest_samples_total{protocol="json",tenant="acme"} 21',
    );
  });

  it("describes every route in OpenAPI 3.1, each with its problems and its key", async () => {
    const document = (await get("/openapi.json", {})).json();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/api/v1/alarms",
      "/api/v1/anomalies",
      "/api/v1/anomalies/{id}",
      "/api/v1/anomalies/{id}/explanation",
      "/api/v1/calibration",
      "/api/v1/clusters",
      "/api/v1/engines",
      "/api/v1/findings",
      "/api/v1/findings/{id}",
      "/api/v1/health",
      "/api/v1/ingest",
      "/api/v1/ingest/csv",
      "/api/v1/labels",
      "/api/v1/metrics",
      "/api/v1/metrics/page",
      "/api/v1/nodes",
      "/api/v1/nodes/columns",
      "/api/v1/nodes/page",
      "/api/v1/overview",
      "/api/v1/rankings",
      "/api/v1/scores",
      "/api/v1/series",
      "/api/v1/series/{id}",
      "/api/v1/series/{id}/points",
      "/api/v1/summary",
      "/api/v1/tenants",
      "/api/v1/write",
    ]);
    const refs = JSON.stringify(document).match(/"#\/components\/schemas\/\w+"/g)!;
    for (const ref of new Set(refs)) {
      expect(document.components.schemas).toHaveProperty(ref.slice(22, -1));
    }
    for (const path of Object.values(document.paths)) {
      for (const route of Object.values(
        path as Record<string, { security: unknown; responses: object }>,
      )) {
        expect(route.security).toEqual([{ key: [] }]);
        expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(["4XX", "5XX"]));
      }
    }
  });

  it("serves the docs and all they need from here, under a policy that runs nothing else", async () => {
    const page = await get("/docs/", {});
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/src="https?:/);
    expect(page.body).not.toMatch(/cdn\.|fonts\.scalar/);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toMatch(/script-src 'self' 'sha256-/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    const [, script] = /src="(js\/scalar-[0-9a-f]{16}\.js)"/.exec(page.body)!;
    const plain = await get(`/docs/${script}`, {});
    expect(plain.statusCode).toBe(200);
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const packed = await get(`/docs/${script}`, { "accept-encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect((await get("/docs/js/scalar.js", {})).statusCode).toBe(404);
  });

  it("gets a problem even for what is no HTTP", async () => {
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.app.server.address() as { port: number };
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        let got = "";
        socket.on("data", (part) => {
          got += String(part);
        });
        socket.on("close", () => resolve(got));
        socket.on("error", reject);
      });
    expect(await raw("HELLO\r\n\r\n")).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"bad_request"/);
    const wide = `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`;
    expect(await raw(wide)).toMatch(/^HTTP\/1.1 431 [\s\S]*"code":"headers_too_large"/);
  });
});
