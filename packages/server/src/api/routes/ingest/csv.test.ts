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

  it("leaves out series whose names cannot be used, says why, and stores the others", async () => {
    const at = new Date(sender.nowMs - 60_000).toISOString();
    const nodes = ["good", "a\0b", "\u001b[31mred", "x".repeat(257), "x".repeat(100_000)];
    const rows = nodes.map((node) => `"${node}",${at},1`);
    const text = `node,timestamp,value\n${rows.join("\n")}\n`;
    const reply = await sender.post("/api/v1/ingest/csv", text, CSV);
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toMatchObject({
      acceptedPoints: 1,
      storedPoints: 1,
      rejectedPoints: 4,
      rejected: [
        {
          reason: "invalid-labels",
          points: 4,
          examples: [
            "line 3: the node holds a control character",
            "line 4: the node holds a control character",
            "line 5: the node is longer than 256 bytes",
            "line 6: the node is longer than 256 bytes",
          ],
        },
      ],
    });
    const list = (await sender.get("/api/v1/nodes")).json().data;
    expect(list.map(({ node }: { node: string }) => node)).toEqual(["good"]);
  });

  it("holds the names of a header and of the query to the same rule", async () => {
    const at = new Date(sender.nowMs - 60_000).toISOString();
    const wide = `timestamp,cpu,"m\0",${"x".repeat(2049)}\n${at},1,2,3\n`;
    const reply = await sender.post("/api/v1/ingest/csv", wide, CSV);
    expect(reply.json()).toMatchObject({
      acceptedPoints: 1,
      rejected: [{ points: 2, examples: [/metric/, /.*/].map(() => expect.any(String)) }],
    });
    for (const name of ["a%00b", "%1b[31m", "x".repeat(257), "%20", ""]) {
      const url = `/api/v1/ingest/csv?cluster=${name}`;
      const refused = await sender.post(url, `timestamp,value\n${at},1\n`, CSV);
      expect([refused.statusCode, name]).toEqual([400, name]);
    }
    const metrics = (await sender.get("/api/v1/metrics")).json().data;
    expect(metrics.map(({ metric }: { metric: string }) => metric)).toEqual(["cpu"]);
  });
});
