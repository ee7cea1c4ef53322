import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { IngestSender } from "../../../../testing/ingest-sender.ts";
import type { RealServerOptions } from "../../../../testing/real-server.ts";

let sender: IngestSender;

async function start(options: RealServerOptions = {}): Promise<void> {
  await sender?.close();
  sender = await IngestSender.start(options);
}

beforeEach(async () => {
  await start();
  return () => sender.close();
});

type Body = string | Buffer | object;

function series(points: unknown[], node = "n1"): object {
  return { series: [{ cluster: "eu", node, metric: "cpu", points }] };
}

const JSON_TYPE = { "content-type": "application/json" };

describe("what became of points", () => {
  it("refuses epoch seconds, says what they look like, and makes no series of them", async () => {
    const seconds = Math.floor(sender.nowMs / 1000);
    const points = Array.from({ length: 10 }, (_, i): [number, number] => [seconds + 60 * i, 40]);
    const reply = await sender.post("/api/v1/ingest", series(points));
    expect(reply.statusCode).toBe(422);
    const [error] = reply.json().errors;
    expect(error.detail).toMatch(/^10 invalid-time: .*are they seconds\?/);
    expect(error.pointer).toContain(`eu/n1/cpu at ${seconds} (as epoch seconds: 2026-11-24T`);
    expect((await sender.get("/api/v1/series")).json().data).toEqual([]);
  });

  it("says which points were new, which were there already, and which replaced another value", async () => {
    const at = sender.nowMs - 600_000;
    const put = async (points: [number, number][]) => {
      const { acceptedPoints, storedPoints, duplicatePoints, overwrittenPoints } = (
        await sender.post("/api/v1/ingest", series(points))
      ).json();
      return [acceptedPoints, storedPoints, duplicatePoints, overwrittenPoints];
    };
    const twice: [number, number][] = [
      [at, 1],
      [at, 1],
      [at + 60_000, 2],
      [at + 60_000, 3],
      [at + 120_000, 4],
    ];
    expect(await put(twice)).toEqual([5, 3, 1, 1]);
    expect(await put(twice.slice(3))).toEqual([2, 0, 2, 0]);
    expect(await put([[at, 9]])).toEqual([1, 0, 0, 1]);
    await sender.server.settled();
    const [info] = (await sender.get("/api/v1/series")).json().data;
    expect(info.points).toBe(3);
    const { duplicatePoints, overwrittenPoints } = (await sender.get("/api/v1/health")).json();
    expect([duplicatePoints, overwrittenPoints]).toEqual([3, 2]);
  });
});

describe("POST /ingest", () => {
  it("stores points and says how many", async () => {
    const { nowMs } = sender;
    const reply = await sender.post(
      "/api/v1/ingest",
      series([
        [nowMs, 1],
        [nowMs - 1000, null],
      ]),
    );
    expect(reply.statusCode).toBe(200);
    const put = { storedPoints: 2, duplicatePoints: 0, overwrittenPoints: 0 };
    expect(reply.json()).toEqual({ acceptedPoints: 2, ...put, rejectedPoints: 0, rejected: [] });
    expect(reply.headers.ratelimit).toBe('"points";r=99998;t=1');
  });

  it("takes gzip and NDJSON by their headers", async () => {
    const line = JSON.stringify((series([[sender.nowMs, 1]]) as { series: [object] }).series[0]);
    const packed = gzipSync(`${line}\n${line}\n`);
    const headers = {
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-encoding": "gzip",
    };
    expect((await sender.post("/api/v1/ingest", packed, headers)).json().acceptedPoints).toBe(2);
  });

  it("accepts what it can and reports each reason with places, nothing lost", async () => {
    const { nowMs } = sender;
    await sender.post("/api/v1/ingest", series([[nowMs, 1]]));
    const body = `{"series":[{"cluster":"eu","node":"n1","metric":"cpu","points":[
      [${nowMs - 60_000},1],[${nowMs + 11 * 60_000},1],[${nowMs - 3 * 3_600_000},1],[${nowMs},1e999],[-5,1]]}]}`;
    const reply = await sender.post("/api/v1/ingest", body, JSON_TYPE);
    expect(reply.statusCode).toBe(200);
    const report = reply.json();
    expect([report.acceptedPoints, report.rejectedPoints]).toEqual([2, 3]);
    expect(report.rejected.map((entry: { reason: string }) => entry.reason).sort()).toEqual([
      "future",
      "invalid-time",
      "too-late",
    ]);
    expect(report.rejected[0].examples).toEqual(["eu/n1/cpu"]);
    expect(await sender.storedPoints()).toBe(3);
  });

  it("answers 422 with the reasons where nothing could be accepted", async () => {
    const { nowMs } = sender;
    const reply = await sender.post("/api/v1/ingest", series([[nowMs + 3_600_000, 1]]));
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
    const reply = await sender.post("/api/v1/ingest", body, headers);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, code });
    expect(reply.json().detail).toBeTruthy();
    expect(await sender.storedPoints()).toBe(0);
  });

  it("names the place of a fault in the body as a pointer", async () => {
    const reply = await sender.post(
      "/api/v1/ingest",
      series([
        [1, 2],
        ["x", 1],
      ]),
    );
    expect(reply.json().errors).toEqual([
      { pointer: "/series/0/points/1", detail: "the time is not a number" },
    ]);
  });

  it("keeps each tenant to its points a second: 429 with the wait, others unharmed", async () => {
    await start({ limits: { pointsPerSecond: 10, pointsBurst: 20 } });
    const { nowMs } = sender;
    const points = Array.from({ length: 20 }, (_, i) => [nowMs - i, i]);
    expect((await sender.post("/api/v1/ingest", series(points))).statusCode).toBe(200);
    const over = await sender.post("/api/v1/ingest", series(points.slice(0, 15)));
    expect(over.statusCode).toBe(429);
    expect(over.json().code).toBe("quota_exceeded");
    expect(over.headers["retry-after"]).toBe("2");
    expect(over.headers["ratelimit-policy"]).toBe('"points";q=20;w=2');
    expect(await sender.storedPoints()).toBe(20);
    const other = { authorization: `Bearer ${sender.server.key("ingest", "globex")}` };
    expect((await sender.post("/api/v1/ingest", series(points), other)).statusCode).toBe(200);
    sender.server.clock.pass(1500);
    expect((await sender.post("/api/v1/ingest", series(points.slice(0, 15)))).statusCode).toBe(200);
  });

  it("refuses only new series at the limit of series; known ones go on", async () => {
    await start({ limits: { activeSeriesMax: 1 } });
    const { nowMs } = sender;
    expect((await sender.post("/api/v1/ingest", series([[nowMs, 1]]))).statusCode).toBe(200);
    const fresh = await sender.post("/api/v1/ingest", series([[nowMs, 1]], "n2"));
    expect(fresh.statusCode).toBe(422);
    expect(fresh.json().errors[0].detail).toContain("series-limit");
    const mixed = {
      series: [
        ...(series([[nowMs, 2]]) as never as { series: [] }).series,
        ...(series([[nowMs, 1]], "n2") as never as { series: [] }).series,
      ],
    };
    expect((await sender.post("/api/v1/ingest", mixed)).json()).toMatchObject({
      acceptedPoints: 1,
      rejected: [{ reason: "series-limit", examples: ["eu/n2/cpu"] }],
    });
  });

  it("answers 503 with a wait while too many bytes are at work, and frees them again", async () => {
    await start({ body: { inFlightBytesMax: 400 } });
    const { nowMs } = sender;
    const small = series([[nowMs, 1]]);
    const over = await sender.post("/api/v1/ingest", { series: [], x: "y".repeat(400) });
    expect(over.statusCode).toBe(503);
    expect(over.json().code).toBe("overloaded");
    expect(over.headers["retry-after"]).toBe("1");
    for (let i = 0; i < 10; i++)
      expect((await sender.post("/api/v1/ingest", small)).statusCode).toBe(200);
    expect((await sender.post("/api/v1/ingest", "{")).statusCode).toBe(415);
    expect(sender.server.platform.bodies.used).toBe(0);
  });

  it("counts bytes as they arrive, and frees those of a sender that goes away in the middle of its body", async () => {
    await sender.server.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = sender.server.app.server.address() as { port: number };
    const headers = { ...sender.auth, ...JSON_TYPE, "content-length": "5000" };
    const sent = request({
      host: "127.0.0.1",
      port,
      path: "/api/v1/ingest",
      method: "POST",
      headers,
    });
    sent.on("error", () => undefined);
    sent.write('{"series":[');
    await expect.poll(() => sender.server.platform.bodies.used).toBe('{"series":['.length);
    sent.destroy();
    await expect.poll(() => sender.server.platform.bodies.used).toBe(0);
  });

  it("answers 503 with the platform's wait when the store cannot take it", async () => {
    sender.server.disk.fill();
    const reply = await sender.post("/api/v1/ingest", series([[sender.nowMs, 1]]));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers["retry-after"]).toBe("5");
    expect(reply.json()).toMatchObject({
      code: "store_unavailable",
      detail: expect.stringContaining("no room"),
    });
    expect(sender.server.disk.refusedWrites).toBeGreaterThan(0);
    sender.server.disk.makeRoom();
    const again = await sender.post("/api/v1/ingest", series([[sender.nowMs, 1]]));
    expect(again.statusCode).toBe(200);
  });
});
