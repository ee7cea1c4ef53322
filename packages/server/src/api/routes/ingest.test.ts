import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openRealServer,
  type RealServer,
  type RealServerOptions,
} from "../../../testing/real-server.ts";
import { encodeWriteRequest, snappy, varint } from "../../../testing/remote-write-bytes.ts";

let server: RealServer;
let auth: Record<string, string>;

async function start(options: RealServerOptions = {}): Promise<void> {
  await server?.close();
  server = await openRealServer(options);
  auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
}

beforeEach(async () => {
  await start();
  return () => server.close();
});

type Body = string | Buffer | object;

function post(url: string, payload: Body, headers: Record<string, string> = {}) {
  return server.app.inject({ method: "POST", url, headers: { ...auth, ...headers }, payload });
}

function series(points: unknown[], node = "n1"): object {
  return { series: [{ cluster: "eu", node, metric: "cpu", points }] };
}

const JSON_TYPE = { "content-type": "application/json" };
const WRITE = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };

async function storedPoints(): Promise<number> {
  const reply = await server.app.inject({ method: "GET", url: "/api/v1/health", headers: auth });
  return reply.json().acceptedPoints;
}

describe("POST /ingest", () => {
  it("stores points and says how many", async () => {
    const { nowMs } = server.clock;
    const reply = await post(
      "/api/v1/ingest",
      series([
        [nowMs, 1],
        [nowMs - 1000, null],
      ]),
    );
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ acceptedPoints: 2, rejectedPoints: 0, rejected: [] });
    expect(reply.headers.ratelimit).toBe('"points";r=99998;t=1');
  });

  it("takes gzip and NDJSON by their headers", async () => {
    const line = JSON.stringify(
      (series([[server.clock.nowMs, 1]]) as { series: [object] }).series[0],
    );
    const packed = gzipSync(`${line}\n${line}\n`);
    const headers = {
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-encoding": "gzip",
    };
    expect((await post("/api/v1/ingest", packed, headers)).json().acceptedPoints).toBe(2);
  });

  it("accepts what it can and reports each reason with places, nothing lost", async () => {
    const { nowMs } = server.clock;
    await post("/api/v1/ingest", series([[nowMs, 1]]));
    const body = `{"series":[{"cluster":"eu","node":"n1","metric":"cpu","points":[
      [${nowMs - 60_000},1],[${nowMs + 11 * 60_000},1],[${nowMs - 3 * 3_600_000},1],[${nowMs},1e999],[-5,1]]}]}`;
    const reply = await post("/api/v1/ingest", body, JSON_TYPE);
    expect(reply.statusCode).toBe(200);
    const report = reply.json();
    expect([report.acceptedPoints, report.rejectedPoints]).toEqual([1, 4]);
    expect(report.rejected.map((entry: { reason: string }) => entry.reason).sort()).toEqual([
      "future",
      "infinite",
      "invalid-time",
      "too-late",
    ]);
    expect(report.rejected[0].examples).toEqual(["eu/n1/cpu"]);
    expect(await storedPoints()).toBe(2);
  });

  it("answers 422 with the reasons where nothing could be accepted", async () => {
    const { nowMs } = server.clock;
    const reply = await post("/api/v1/ingest", series([[nowMs + 3_600_000, 1]]));
    expect(reply.statusCode).toBe(422);
    expect(reply.json()).toMatchObject({
      code: "all_rejected",
      errors: [{ pointer: "eu/n1/cpu", detail: expect.stringContaining("sender's clock") }],
    });
  });

  const line = '{"cluster":"eu","node":"n1","metric":"cpu","points":';
  const bad: [
    name: string,
    body: Body,
    headers: Record<string, string>,
    status: number,
    code: string,
  ][] = [
    ["malformed JSON", "{", JSON_TYPE, 400, "malformed_json"],
    ["a bare NaN", `{"series":[${line}[[1,NaN]]}]}`, JSON_TYPE, 400, "malformed_json"],
    ["a point of wrong length", `{"series":[${line}[[1]]}]}`, JSON_TYPE, 400, "invalid_series"],
    ["an empty body", "", JSON_TYPE, 400, "malformed_body"],
    ["another content type", "x", { "content-type": "text/html" }, 415, "unsupported_media_type"],
    [
      "an encoding we do not take",
      "x",
      { ...JSON_TYPE, "content-encoding": "br" },
      415,
      "unsupported_encoding",
    ],
    ["broken gzip", "x", { ...JSON_TYPE, "content-encoding": "gzip" }, 400, "malformed_body"],
    [
      "a gzip bomb",
      gzipSync(Buffer.alloc(40 << 20)),
      { ...JSON_TYPE, "content-encoding": "gzip" },
      413,
      "body_too_large",
    ],
    ["a body over the limit", Buffer.alloc((8 << 20) + 1, 32), JSON_TYPE, 413, "body_too_large"],
    [
      "too many points",
      `{"series":[${line}[${"[1,1],".repeat(200_000)}[1,1]]}]}`,
      JSON_TYPE,
      413,
      "body_too_large",
    ],
  ];
  it.each(bad)("refuses %s clearly and stores nothing", async (_, body, headers, status, code) => {
    const reply = await post("/api/v1/ingest", body, headers);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, code });
    expect(reply.json().detail).toBeTruthy();
    expect(await storedPoints()).toBe(0);
  });

  it("names the place of a fault in the body as a pointer", async () => {
    const reply = await post(
      "/api/v1/ingest",
      series([
        [1, 2],
        ["x", 1],
      ]),
    );
    expect(reply.json().errors).toEqual([
      { pointer: "/series/0/points/1", detail: "the time is no number" },
    ]);
  });

  it("keeps each tenant to its points a second: 429 with the wait, others unharmed", async () => {
    await start({ limits: { pointsPerSecond: 10, pointsBurst: 20 } });
    const { nowMs } = server.clock;
    const points = Array.from({ length: 20 }, (_, i) => [nowMs - i, i]);
    expect((await post("/api/v1/ingest", series(points))).statusCode).toBe(200);
    const over = await post("/api/v1/ingest", series(points.slice(0, 15)));
    expect(over.statusCode).toBe(429);
    expect(over.json().code).toBe("quota_exceeded");
    expect(over.headers["retry-after"]).toBe("2");
    expect(over.headers["ratelimit-policy"]).toBe('"points";q=20;w=2');
    expect(await storedPoints()).toBe(20);
    const other = { authorization: `Bearer ${server.key("ingest", "globex")}` };
    expect((await post("/api/v1/ingest", series(points), other)).statusCode).toBe(200);
    server.clock.pass(1500);
    expect((await post("/api/v1/ingest", series(points.slice(0, 15)))).statusCode).toBe(200);
  });

  it("refuses only new series at the limit of series; known ones go on", async () => {
    await start({ limits: { activeSeriesMax: 1 } });
    const { nowMs } = server.clock;
    expect((await post("/api/v1/ingest", series([[nowMs, 1]]))).statusCode).toBe(200);
    const fresh = await post("/api/v1/ingest", series([[nowMs, 1]], "n2"));
    expect(fresh.statusCode).toBe(429);
    expect(fresh.json().errors[0].detail).toContain("series-limit");
    const mixed = {
      series: [
        ...(series([[nowMs, 2]]) as never as { series: [] }).series,
        ...(series([[nowMs, 1]], "n2") as never as { series: [] }).series,
      ],
    };
    expect((await post("/api/v1/ingest", mixed)).json()).toMatchObject({
      acceptedPoints: 1,
      rejected: [{ reason: "series-limit", examples: ["eu/n2/cpu"] }],
    });
  });

  it("answers 503 with a wait while too many bytes are at work, and frees them again", async () => {
    await start({ body: { inFlightBytesMax: 400 } });
    const { nowMs } = server.clock;
    const small = series([[nowMs, 1]]);
    const over = await post("/api/v1/ingest", { series: [], x: "y".repeat(400) });
    expect(over.statusCode).toBe(503);
    expect(over.json().code).toBe("overloaded");
    expect(over.headers["retry-after"]).toBe("1");
    for (let i = 0; i < 10; i++) expect((await post("/api/v1/ingest", small)).statusCode).toBe(200);
    expect((await post("/api/v1/ingest", "{")).statusCode).toBe(415);
    expect(server.limits.inFlightBytes).toBe(0);
  });

  it("frees the bytes of a sender that goes away in the middle of its body", async () => {
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.app.server.address() as { port: number };
    const headers = { ...auth, ...JSON_TYPE, "content-length": "5000" };
    const sent = request({
      host: "127.0.0.1",
      port,
      path: "/api/v1/ingest",
      method: "POST",
      headers,
    });
    sent.on("error", () => undefined);
    sent.write('{"series":[');
    await expect.poll(() => server.limits.inFlightBytes).toBe(5000);
    sent.destroy();
    await expect.poll(() => server.limits.inFlightBytes).toBe(0);
  });

  it("answers 503 with the platform's wait when the store cannot take it", async () => {
    server.disk.fill();
    const reply = await post("/api/v1/ingest", series([[server.clock.nowMs, 1]]));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers["retry-after"]).toBe("5");
    expect(reply.json()).toMatchObject({
      code: "store_unavailable",
      detail: expect.stringContaining("no room"),
    });
    expect(server.disk.refusedWrites).toBeGreaterThan(0);
    server.disk.makeRoom();
    expect((await post("/api/v1/ingest", series([[server.clock.nowMs, 1]]))).statusCode).toBe(200);
  });
});

describe("POST /ingest/csv", () => {
  const CSV = { "content-type": "text/csv" };

  it("stores a long file, and a wide one under the names given", async () => {
    const at = new Date(server.clock.nowMs - 60_000).toISOString();
    const long = `cluster,node,metric,timestamp,value\neu,n1,cpu,${at},0.5\neu,n1,mem,${at},7\n`;
    expect((await post("/api/v1/ingest/csv", long, CSV)).json().acceptedPoints).toBe(2);
    const wide = `timestamp,cpu,mem\n${at},1,2\n`;
    const url = "/api/v1/ingest/csv?cluster=us&node=n9";
    const packed = { ...CSV, "content-encoding": "gzip" };
    expect((await post(url, gzipSync(wide), packed)).json().acceptedPoints).toBe(2);
    const list = { method: "GET", url: "/api/v1/nodes?cluster=us", headers: auth } as const;
    expect((await server.app.inject(list)).json().data[0]).toMatchObject({
      node: "n9",
      metrics: 2,
    });
  });

  it("names the line of a broken row and stores nothing of the file", async () => {
    const text = "timestamp,value\n2026-11-24T11:00:00Z,1\n2026-11-24T11:01:00Z,1,9\n";
    const reply = await post("/api/v1/ingest/csv", text, CSV);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: "malformed_body", errors: [{ pointer: "line 3" }] });
    expect(await storedPoints()).toBe(0);
  });

  it("does not unfold a gzip inside a gzip", async () => {
    const twice = gzipSync(gzipSync("timestamp,value\n"));
    const reply = await post("/api/v1/ingest/csv", twice, { ...CSV, "content-encoding": "gzip" });
    expect(reply.json()).toMatchObject({ status: 400, code: "malformed_body" });
  });
});

describe("POST /write", () => {
  function body(value: number, labels: Record<string, string> = {}): Buffer {
    const all = { __name__: "up", job: "api", instance: "n1", ...labels };
    return snappy(
      encodeWriteRequest([{ labels: all, samples: [{ atMs: server.clock.nowMs, value }] }]),
    );
  }

  it("answers 204 without a body once the points are stored", async () => {
    const reply = await post("/api/v1/write", body(1), WRITE);
    expect(reply.statusCode).toBe(204);
    expect(reply.body).toBe("");
    expect(await storedPoints()).toBe(1);
  });

  it("answers 400 where some points were refused, keeps the others and says which", async () => {
    const { nowMs } = server.clock;
    const labels = { __name__: "up", job: "api", instance: "n1" };
    const samples = [
      { atMs: nowMs, value: 1 },
      { atMs: nowMs + 3_600_000, value: 1 },
    ];
    const bytes = encodeWriteRequest([
      { labels, samples },
      { labels: { job: "api" }, samples },
    ]);
    const reply = await post("/api/v1/write", snappy(bytes), WRITE);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      code: "partially_rejected",
      detail: "1 points accepted, 3 rejected",
      errors: [{ pointer: "api/n1/up" }, { pointer: "no __name__ label" }],
    });
    expect(await storedPoints()).toBe(1);
  });

  it("maps labels as the tenant has it, and takes up a change", async () => {
    const mapping = { cluster: ["zone"], node: ["instance"] };
    server.control.changeSettings("acme", { labels: { ...mapping, stripPort: false } });
    const labels = { zone: "z1", instance: "host:9100" };
    await post("/api/v1/write", body(1, labels), WRITE);
    server.control.changeSettings("acme", { labels: { ...mapping, stripPort: true } });
    await post("/api/v1/write", body(1, labels), WRITE);
    const list = { method: "GET", url: "/api/v1/nodes?cluster=z1", headers: auth } as const;
    const nodes = (await server.app.inject(list))
      .json()
      .data.map((row: { node: string }) => row.node);
    expect(nodes).toEqual(["host", "host:9100"]);
  });

  const bad: [
    name: string,
    body: () => Buffer,
    headers: Record<string, string>,
    status: number,
    code: string,
  ][] = [
    [
      "a snappy header that lies",
      () => Buffer.concat([varint(32 << 20), Buffer.from([0, 0])]),
      WRITE,
      400,
      "malformed_body",
    ],
    [
      "a declared length over the limit",
      () => Buffer.concat([varint((32 << 20) + 1), Buffer.alloc(64)]),
      WRITE,
      413,
      "body_too_large",
    ],
    ["a body that is cut off", () => body(1).subarray(0, 30), WRITE, 400, "malformed_body"],
    [
      "something else than protobuf",
      () => snappy(Buffer.from("hello world")),
      WRITE,
      400,
      "malformed_body",
    ],
    [
      "gzip instead of snappy",
      () => gzipSync("x"),
      { ...WRITE, "content-encoding": "gzip" },
      415,
      "unsupported_encoding",
    ],
    ["JSON", () => Buffer.from("{}"), JSON_TYPE, 415, "unsupported_media_type"],
    [
      "remote write 2.0",
      () => body(1),
      { ...WRITE, "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request" },
      415,
      "unsupported_media_type",
    ],
  ];
  it.each(bad)("refuses %s clearly and stores nothing", async (_, make, headers, status, code) => {
    const reply = await post("/api/v1/write", make(), headers);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, code });
    expect(await storedPoints()).toBe(0);
  });
});
