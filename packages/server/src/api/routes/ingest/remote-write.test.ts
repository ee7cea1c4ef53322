import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { IngestSender } from "../../../../testing/ingest-sender.ts";
import type { RealServerOptions } from "../../../../testing/real-server.ts";
import { encodeWriteRequest, snappy, varint } from "../../../../testing/remote-write-bytes.ts";

let sender: IngestSender;

async function start(options: RealServerOptions = {}): Promise<void> {
  await sender?.close();
  sender = await IngestSender.start(options);
}

beforeEach(async () => {
  await start();
  return () => sender.close();
});

const JSON_TYPE = { "content-type": "application/json" };
const WRITE = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };

function body(value: number, labels: Record<string, string> = {}): Buffer {
  const all = { __name__: "up", job: "api", instance: "n1", ...labels };
  return snappy(encodeWriteRequest([{ labels: all, samples: [{ atMs: sender.nowMs, value }] }]));
}

describe("what of a body is no point", () => {
  it("counts histograms and exemplars where the tenant sees them", async () => {
    const labels = { __name__: "up", instance: "n1" };
    const samples = [{ atMs: sender.nowMs, value: 1 }];
    const all = [
      { labels, samples, exemplars: 2 },
      { labels: { ...labels, __name__: "latency" }, samples: [], histograms: 3 },
    ];
    const reply = await sender.post("/api/v1/write", snappy(encodeWriteRequest(all)), WRITE);
    expect(reply.statusCode).toBe(204);
    const { acceptedPoints, skippedHistograms, skippedExemplars } = (
      await sender.get("/api/v1/health")
    ).json();
    expect([acceptedPoints, skippedHistograms, skippedExemplars]).toEqual([1, 3, 2]);
    const operator = { authorization: `Bearer ${sender.server.key("operator", null)}` };
    const metrics = { method: "GET", url: "/metrics", headers: operator } as const;
    const { body: text } = await sender.server.app.inject(metrics);
    expect(text).toContain('ingest_skipped_parts_total{part="histogram",tenant="acme"} 3');
  });

  it("takes an infinite sample for a missing one, and the series goes on", async () => {
    const labels = { __name__: "up", instance: "n1" };
    const values = [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const samples = values.map((value, i) => ({ atMs: sender.nowMs + (i - 5) * 60_000, value }));
    const request = snappy(encodeWriteRequest([{ labels, samples }]));
    expect((await sender.post("/api/v1/write", request, WRITE)).statusCode).toBe(204);
    await sender.server.settled();
    const [info] = (await sender.get("/api/v1/series")).json().data;
    expect(info).toMatchObject({ points: 1, lastValue: null, state: "learning" });
  });

  it("refuses epoch seconds and microseconds as times that are none", async () => {
    const labels = { __name__: "up", instance: "n1" };
    for (const factor of [1e-3, 1e3, 1e6]) {
      const atMs = Math.floor(sender.nowMs * factor);
      const request = snappy(encodeWriteRequest([{ labels, samples: [{ atMs, value: 1 }] }]));
      const reply = await sender.post("/api/v1/write", request, WRITE);
      expect([reply.statusCode, reply.json().code]).toEqual([400, "partially_rejected"]);
      expect(reply.json().errors[0].detail).toMatch(/^1 invalid-time: .*are they seconds\?/);
    }
    expect((await sender.get("/api/v1/series")).json().data).toEqual([]);
  });
});

const BAD: [
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

describe("POST /write", () => {
  it("answers 204 without a body once the points are stored", async () => {
    const reply = await sender.post("/api/v1/write", body(1), WRITE);
    expect(reply.statusCode).toBe(204);
    expect(reply.body).toBe("");
    expect(await sender.storedPoints()).toBe(1);
  });

  it("answers 400 where some points were refused, keeps the others and says which", async () => {
    const { nowMs } = sender;
    const labels = { __name__: "up", job: "api", instance: "n1" };
    const samples = [
      { atMs: nowMs, value: 1 },
      { atMs: nowMs + 3_600_000, value: 1 },
    ];
    const bytes = encodeWriteRequest([
      { labels, samples },
      { labels: { job: "api" }, samples },
    ]);
    const reply = await sender.post("/api/v1/write", snappy(bytes), WRITE);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      code: "partially_rejected",
      detail: "1 points accepted, 3 rejected",
      errors: [{ pointer: "api/n1/up" }, { pointer: "no __name__ label" }],
    });
    expect(await sender.storedPoints()).toBe(1);
  });

  it("maps labels as the tenant has it, and takes up a change", async () => {
    const mapping = { cluster: ["zone"], node: ["instance"] };
    const { control } = sender.server;
    control.changeSettings("acme", { labels: { ...mapping, stripPort: false } });
    const labels = { zone: "z1", instance: "host:9100" };
    await sender.post("/api/v1/write", body(1, labels), WRITE);
    control.changeSettings("acme", { labels: { ...mapping, stripPort: true } });
    await sender.post("/api/v1/write", body(1, labels), WRITE);
    const list = "/api/v1/nodes?cluster=z1";
    const nodes = (await sender.get(list)).json().data.map((row: { node: string }) => row.node);
    expect(nodes).toEqual(["host", "host:9100"]);
  });

  it.each(BAD)("refuses %s clearly and stores nothing", async (_, make, headers, status, code) => {
    const reply = await sender.post("/api/v1/write", make(), headers);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, code });
    expect(await sender.storedPoints()).toBe(0);
  });

  it("charges series without samples to the rate of points", async () => {
    await start({ limits: { pointsPerSecond: 10, pointsBurst: 1000 } });
    const labels = { __name__: "up" };
    const empty = Array.from({ length: 300 }, () => ({ labels, samples: [] }));
    const send = () => sender.post("/api/v1/write", snappy(encodeWriteRequest(empty)), WRITE);
    const first = await send();
    expect(first.statusCode).toBe(204);
    expect(first.headers.ratelimit).toContain("r=400");
    const second = await send();
    expect(second.statusCode).toBe(429);
    expect(second.json().code).toBe("quota_exceeded");
    expect((await sender.post("/api/v1/write", body(1), WRITE)).statusCode).toBe(204);
  });

  it("refuses more parts than a body may have, and says which", async () => {
    const bytes = Buffer.alloc(2 * 400_001, Buffer.from([0x0a, 0x00]));
    const reply = await sender.post("/api/v1/write", snappy(bytes), WRITE);
    expect(reply.statusCode).toBe(413);
    expect(reply.json().detail).toContain("more than 400000 parts without a point");
  });
});
