import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type StubServer, startStubServer } from "../testing/stub-server.ts";
import { Foreshock } from "./foreshock.ts";

let server: StubServer;
beforeAll(async () => {
  server = await startStubServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

/** Pauses of a few ms only: the dice say 0, and Retry-After says 0 where a test waits. */
function client(extra: Partial<ConstructorParameters<typeof Foreshock>[0]> = {}): Foreshock {
  return new Foreshock({ url: server.url, key: "fsk_ro_test", dice: () => 0, ...extra });
}

describe("Foreshock: requests", () => {
  it("sends the key as a bearer token, and the tenant of an operator key with it", async () => {
    await client({ tenant: "acme" }).summary();
    expect(server.seen[0]!.headers.authorization).toBe("Bearer fsk_ro_test");
    expect(server.seen[0]!.headers["x-scope-orgid"]).toBe("acme");
    await client().summary();
    expect(server.seen[1]!.headers["x-scope-orgid"]).toBeUndefined();
  });

  it("keeps a path before /api/v1 and drops slashes at its end", async () => {
    await client({ url: `${server.url}/foreshock/` }).summary();
    expect(server.seen[0]!.url).toBe("/foreshock/api/v1/summary");
  });

  it("asks each route of the API by its name", async () => {
    server.answer({ body: { data: [], nextCursor: null } });
    const foreshock = client();
    await foreshock.tenants();
    await foreshock.tenantNames();
    await foreshock.engines();
    await foreshock.health();
    await foreshock.truth();
    await foreshock.clusters.list();
    await foreshock.nodes.list({ cluster: "eu" });
    await foreshock.metrics.list({ cluster: "eu", node: "n1" });
    await foreshock.series.list({ node: "n1" }).page();
    await foreshock.series.get("s1");
    await foreshock.series.points("s1", { from: "now-1h", maxPoints: 300 });
    await foreshock.anomalies.get("a1");
    await foreshock.anomalies.explain("a1");
    await foreshock.alarms.list({ state: "open", node: "n1" }).page();
    await foreshock.findings.list({ from: 5, limit: 7 }).page("c2");
    await foreshock.findings.get("f1");
    await foreshock.scores({ level: "tenant", step: "5m" });
    await foreshock.rankings({ level: "node", n: 3, to: new Date(0) });
    expect(server.seen.map((one) => `${one.method} ${one.url}`)).toEqual([
      "GET /api/v1/tenants",
      "GET /api/v1/tenants?names=true",
      "GET /api/v1/engines",
      "GET /api/v1/health",
      "GET /api/v1/demo/truth",
      "GET /api/v1/clusters",
      "GET /api/v1/nodes?cluster=eu",
      "GET /api/v1/metrics?cluster=eu&node=n1",
      "GET /api/v1/series?node=n1",
      "GET /api/v1/series/s1",
      "GET /api/v1/series/s1/points?from=now-1h&maxPoints=300",
      "GET /api/v1/anomalies/a1",
      "GET /api/v1/anomalies/a1/explanation",
      "GET /api/v1/alarms?state=open&node=n1",
      "GET /api/v1/findings?from=5&limit=7&cursor=c2",
      "GET /api/v1/findings/f1",
      "GET /api/v1/scores?level=tenant&step=5m",
      "GET /api/v1/rankings?level=node&n=3&to=1970-01-01T00%3A00%3A00.000Z",
    ]);
  });

  it("keeps an id in one path segment, whatever it holds", async () => {
    await client().anomalies.get("a/../b?c");
    expect(server.seen[0]!.url).toBe("/api/v1/anomalies/a%2F..%2Fb%3Fc");
  });

  it("refuses an url or key that cannot work before any request", () => {
    expect(() => client({ url: "localhost:7070" })).toThrow(/not an http\(s\) URL/);
    expect(() => client({ key: "  " })).toThrow(/key is empty/);
  });
});

describe("Foreshock: lists", () => {
  it("walks all pages in order and asks for no page after the last", async () => {
    server.answer(
      { body: { data: [{ id: "a" }, { id: "b" }], nextCursor: "two" } },
      { body: { data: [{ id: "c" }], nextCursor: null } },
    );
    const ids: string[] = [];
    for await (const row of client().anomalies.list({ minScore: 0.75, sort: "score" })) {
      ids.push(row.id);
    }
    expect(ids).toEqual(["a", "b", "c"]);
    expect(server.seen.map((one) => one.url)).toEqual([
      "/api/v1/anomalies?minScore=0.75&sort=score",
      "/api/v1/anomalies?minScore=0.75&sort=score&cursor=two",
    ]);
  });

  it("stops asking when the reader stops reading", async () => {
    server.answer({ body: { data: [{ id: "a" }], nextCursor: "two" } });
    for await (const row of client().findings.list()) {
      expect(row.id).toBe("a");
      break;
    }
    expect(server.seen).toHaveLength(1);
  });

  it("does not go round for ever where the server repeats a cursor", async () => {
    server.answer({ body: { data: [], nextCursor: "same" } });
    const walk = async () => {
      for await (const row of client().series.list()) expect(row).toBeUndefined();
    };
    await expect(walk()).rejects.toThrow(/repeats the cursor "same"/);
  });
});

describe("Foreshock: ingest", () => {
  it("sends the documented body; a NaN value leaves as null", async () => {
    server.answer({ body: { acceptedPoints: 2, rejectedPoints: 0, rejected: [] } });
    const report = await client().ingest([
      {
        cluster: "eu",
        node: "n1",
        metric: "cpu",
        points: [
          [1000, 1.5],
          [2000, Number.NaN],
        ],
      },
    ]);
    expect(report.acceptedPoints).toBe(2);
    expect(server.seen[0]!.method).toBe("POST");
    expect(server.seen[0]!.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      series: [
        {
          cluster: "eu",
          node: "n1",
          metric: "cpu",
          points: [
            [1000, 1.5],
            [2000, null],
          ],
        },
      ],
    });
  });

  it("sends CSV as CSV", async () => {
    await client().ingestCsv("timestamp,value\n1000,1\n");
    expect(server.seen[0]!.url).toBe("/api/v1/ingest/csv");
    expect(server.seen[0]!.headers["content-type"]).toBe("text/csv");
    expect(server.seen[0]!.body).toBe("timestamp,value\n1000,1\n");
  });
});
