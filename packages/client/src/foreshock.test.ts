import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  AuthError,
  ConnectionError,
  ForeshockError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ValidationError,
} from "./errors.ts";
import { Foreshock } from "./foreshock.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  /** Breaks the connection without an answer. */
  readonly cut?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
}

const seen: Seen[] = [];
let replies: Reply[] = [];
let server: Server;
let url = "";

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body,
    });
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
    if (reply.hang) return;
    if (reply.cut) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, {
      "content-type": "application/json",
      ...reply.headers,
    });
    response.end(reply.text ?? JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

beforeEach(() => {
  seen.length = 0;
  replies = [{}];
});

/** Pauses of a few ms only: the dice say 0, and Retry-After says 0 where a test waits. */
function client(extra: Partial<ConstructorParameters<typeof Foreshock>[0]> = {}): Foreshock {
  return new Foreshock({ url, key: "fsk_ro_test", dice: () => 0, ...extra });
}

/** Resolves when the server has read a request. */
function arrived(): Promise<void> {
  return vi.waitUntil(() => seen.length > 0, { interval: 5 }).then(() => undefined);
}

const NOW: Reply = { status: 503, headers: { "retry-after": "0" }, body: { code: "overloaded" } };

async function refusalOf(reply: Reply, retries = 0): Promise<ForeshockError> {
  replies = [reply];
  const error = await client({ retries })
    .summary()
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ForeshockError);
  return error as ForeshockError;
}

describe("Foreshock: requests", () => {
  it("sends the key as a bearer token, and the tenant of an operator key beside it", async () => {
    await client({ tenant: "acme" }).summary();
    expect(seen[0]!.headers.authorization).toBe("Bearer fsk_ro_test");
    expect(seen[0]!.headers["x-scope-orgid"]).toBe("acme");
    await client().summary();
    expect(seen[1]!.headers["x-scope-orgid"]).toBeUndefined();
  });

  it("keeps a path before /api/v1 and drops slashes at its end", async () => {
    await client({ url: `${url}/foreshock/` }).summary();
    expect(seen[0]!.url).toBe("/foreshock/api/v1/summary");
  });

  it("asks each route of the API by its name", async () => {
    replies = [{ body: { data: [], nextCursor: null } }];
    const foreshock = client();
    await foreshock.tenants();
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
    expect(seen.map((one) => `${one.method} ${one.url}`)).toEqual([
      "GET /api/v1/tenants",
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
    expect(seen[0]!.url).toBe("/api/v1/anomalies/a%2F..%2Fb%3Fc");
  });

  it("refuses an url or key that cannot work before any request", () => {
    expect(() => client({ url: "localhost:7070" })).toThrow(/not an http\(s\) URL/);
    expect(() => client({ key: "  " })).toThrow(/key is empty/);
  });
});

describe("Foreshock: lists", () => {
  it("walks all pages in order and asks for no page after the last", async () => {
    replies = [
      { body: { data: [{ id: "a" }, { id: "b" }], nextCursor: "two" } },
      { body: { data: [{ id: "c" }], nextCursor: null } },
    ];
    const ids: string[] = [];
    for await (const row of client().anomalies.list({ minScore: 0.75, sort: "score" })) {
      ids.push(row.id);
    }
    expect(ids).toEqual(["a", "b", "c"]);
    expect(seen.map((one) => one.url)).toEqual([
      "/api/v1/anomalies?minScore=0.75&sort=score",
      "/api/v1/anomalies?minScore=0.75&sort=score&cursor=two",
    ]);
  });

  it("stops asking when the reader stops reading", async () => {
    replies = [{ body: { data: [{ id: "a" }], nextCursor: "two" } }];
    for await (const row of client().findings.list()) {
      expect(row.id).toBe("a");
      break;
    }
    expect(seen).toHaveLength(1);
  });

  it("does not go round for ever where the server repeats a cursor", async () => {
    replies = [{ body: { data: [], nextCursor: "same" } }];
    const walk = async () => {
      for await (const row of client().series.list()) expect(row).toBeUndefined();
    };
    await expect(walk()).rejects.toThrow(/repeats the cursor "same"/);
  });
});

describe("Foreshock: errors", () => {
  it.each([
    [400, ValidationError],
    [401, AuthError],
    [403, AuthError],
    [404, NotFoundError],
    [413, ValidationError],
    [422, ValidationError],
    [429, RateLimitError],
    [500, ServerError],
    [503, ServerError],
  ] as const)("gives status %i its own class", async (status, kind) => {
    const error = await refusalOf({ status, body: { code: "some_code" } });
    expect(error).toBeInstanceOf(kind);
    expect(error.status).toBe(status);
    expect(error.code).toBe("some_code");
  });

  it("carries title, detail, hint, request id and the wrong parts of the problem", async () => {
    const error = await refusalOf({
      status: 422,
      body: {
        title: "Window is shorter than the step",
        code: "invalid_window",
        detail: "window=30s but the step is 60s",
        hint: "use window=5m",
        requestId: "req_1",
        errors: [{ pointer: "/window", detail: "must be >= 60s" }],
      },
    });
    expect(error.message).toBe("Window is shorter than the step: window=30s but the step is 60s");
    expect(error.hint).toBe("use window=5m");
    expect(error.requestId).toBe("req_1");
    expect(error.errors).toEqual([{ pointer: "/window", detail: "must be >= 60s" }]);
  });

  it("takes the request id from the header where the body is no problem document", async () => {
    const error = await refusalOf({
      status: 500,
      headers: { "x-request-id": "req_2" },
      text: "<html>",
    });
    expect(error.requestId).toBe("req_2");
    expect(error.code).toBe("http_500");
  });

  it("calls a page of HTML with status 200 what it is", async () => {
    const error = await refusalOf({ text: "<!doctype html>" });
    expect(error).toBeInstanceOf(ServerError);
    expect(error.code).toBe("not_json");
    expect(error.hint).toMatch(/proxy/);
  });

  it("says that nothing answered, with the cause, where the port is closed", async () => {
    const error = await client({ url: "http://127.0.0.1:1", retries: 0 })
      .summary()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).code).toBe("unreachable");
    expect((error as ConnectionError).cause).toBeDefined();
  });

  it("gives up an attempt after timeoutMs", async () => {
    replies = [{ hang: true }];
    const error = await client({ timeoutMs: 40, retries: 0 })
      .summary()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).code).toBe("timeout");
  });
});

describe("Foreshock: retries", () => {
  it.each([429, 502, 503, 504])("repeats on %i until it works", async (status) => {
    replies = [
      { status, headers: { "retry-after": "0" } },
      { status, headers: { "retry-after": "0" } },
      { body: { tenant: "acme" } },
    ];
    expect((await client().summary()).tenant).toBe("acme");
    expect(seen).toHaveLength(3);
  });

  it("repeats after a broken connection", async () => {
    replies = [{ cut: true }, { body: { tenant: "acme" } }];
    expect((await client().summary()).tenant).toBe("acme");
    expect(seen).toHaveLength(2);
  });

  it.each([400, 401, 404, 500])("does not repeat on %i", async (status) => {
    await refusalOf({ status }, 3);
    expect(seen).toHaveLength(1);
  });

  it("stops after `retries` repeats and throws the last refusal", async () => {
    const error = await refusalOf(NOW, 2);
    expect(seen).toHaveLength(3);
    expect(error.code).toBe("overloaded");
  });

  it("hands the wait of Retry-After to the caller in the end", async () => {
    const error = await refusalOf({ status: 429, headers: { "retry-after": "7" } });
    expect((error as RateLimitError).retryAfterMs).toBe(7000);
  });

  it("ends at once with the signal's reason when aborted while it waits", async () => {
    replies = [{ status: 503, headers: { "retry-after": "20" } }];
    const abort = new AbortController();
    const call = client().summary({ signal: abort.signal });
    await arrived();
    abort.abort(new Error("left the page"));
    await expect(call).rejects.toThrow("left the page");
    expect(seen).toHaveLength(1);
  });

  it("ends with the signal's reason, not as a connection error, when aborted in flight", async () => {
    replies = [{ hang: true }];
    const abort = new AbortController();
    const call = client().summary({ signal: abort.signal });
    await arrived();
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toHaveLength(1);
  });
});

describe("Foreshock: ingest", () => {
  it("sends the documented body; a NaN value leaves as null", async () => {
    replies = [{ body: { acceptedPoints: 2, rejectedPoints: 0, rejected: [] } }];
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
    expect(seen[0]!.method).toBe("POST");
    expect(seen[0]!.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(seen[0]!.body)).toEqual({
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
    expect(seen[0]!.url).toBe("/api/v1/ingest/csv");
    expect(seen[0]!.headers["content-type"]).toBe("text/csv");
    expect(seen[0]!.body).toBe("timestamp,value\n1000,1\n");
  });
});
