import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { NOON } from "../../testing/real-platform.ts";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";

let server: RealServer;
let auth: Record<string, string>;
beforeEach(async () => {
  server = await openRealServer();
  auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
  return () => server.close();
});

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

describe("any request at all", () => {
  it("gets an answer below 500, and a problem where it is no success", async () => {
    const word = fc.oneof(
      fc.constantFrom(
        "now",
        "now-24h",
        "0",
        "-1",
        "NaN",
        "1e309",
        "node",
        "__proto__",
        "5m",
        "",
        "%",
        "\0",
      ),
      fc.string(),
    );
    const name = fc.constantFrom(
      ..."from to cluster node metric minScore label sort limit cursor level step n maxPoints".split(
        " ",
      ),
    );
    const path = fc.constantFrom(
      ...[
        "summary",
        "health",
        "calibration",
        "clusters",
        "nodes",
        "metrics",
        "series",
        "anomalies",
        "alarms",
        "findings",
      ],
      ...["scores", "rankings", "ingest", "ingest/csv", "write"],
    );
    const tail = fc.oneof(
      fc.constant(""),
      word.map((text) => `/${encodeURIComponent(text)}`),
    );
    const asked = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"),
      path,
      tail,
      query: fc.dictionary(name, word, { maxKeys: 4 }),
      payload: fc.option(
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        { nil: undefined },
      ),
      type: fc.constantFrom("application/json", "application/x-protobuf", "text/csv", "x"),
      encoding: fc.constantFrom("snappy", "gzip", "identity", "br"),
    });
    await fill();
    await fc.assert(
      fc.asyncProperty(asked, async ({ method, path, tail, query, payload, type, encoding }) => {
        server.clock.pass(1000);
        const headers = { ...auth, "content-type": type, "content-encoding": encoding };
        const reply = await server.app.inject({
          method: method as "GET",
          url: `/api/v1/${path}${tail}?${new URLSearchParams(query).toString()}`,
          headers: payload === undefined ? auth : headers,
          ...(payload === undefined ? {} : { payload }),
        });
        expect(reply.statusCode).toBeLessThan(500);
        if (reply.statusCode >= 400 && method !== "HEAD") {
          expect(reply.json()).toMatchObject({ status: reply.statusCode });
        }
      }),
      { numRuns: 400 },
    );
  });
});
