import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { IngestSender } from "../../../../testing/ingest-sender.ts";

let sender: IngestSender;

beforeEach(async () => {
  sender = await IngestSender.start();
  return () => sender.close();
});

describe("POST /ingest/csv", () => {
  const CSV = { "content-type": "text/csv" };

  it("stores a long file, and a wide one under the names given", async () => {
    const at = new Date(sender.nowMs - 60_000).toISOString();
    const long = `cluster,node,metric,timestamp,value\neu,n1,cpu,${at},0.5\neu,n1,mem,${at},7\n`;
    expect((await sender.post("/api/v1/ingest/csv", long, CSV)).json().acceptedPoints).toBe(2);
    const wide = `timestamp,cpu,mem\n${at},1,2\n`;
    const url = "/api/v1/ingest/csv?cluster=us&node=n9";
    const packed = { ...CSV, "content-encoding": "gzip" };
    expect((await sender.post(url, gzipSync(wide), packed)).json().acceptedPoints).toBe(2);
    const list = "/api/v1/nodes?cluster=us";
    expect((await sender.get(list)).json().data[0]).toMatchObject({
      node: "n9",
      metrics: 2,
    });
  });

  it("names the line of a broken row and stores nothing of the file", async () => {
    const text = "timestamp,value\n2026-11-24T11:00:00Z,1\n2026-11-24T11:01:00Z,1,9\n";
    const reply = await sender.post("/api/v1/ingest/csv", text, CSV);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: "malformed_body", errors: [{ pointer: "line 3" }] });
    expect(await sender.storedPoints()).toBe(0);
  });

  it("does not unfold a gzip inside a gzip", async () => {
    const twice = gzipSync(gzipSync("timestamp,value\n"));
    const reply = await sender.post("/api/v1/ingest/csv", twice, {
      ...CSV,
      "content-encoding": "gzip",
    });
    expect(reply.json()).toMatchObject({ status: 400, code: "malformed_body" });
  });
});
