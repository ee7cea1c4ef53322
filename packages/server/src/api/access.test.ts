import { beforeEach, describe, expect, it } from "vitest";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";
import { newToken, parseKey } from "../tenant/api-key.ts";

let server: RealServer;
beforeEach(async () => {
  server = await openRealServer();
  return () => server.close();
});

function get(url: string, headers: Record<string, string> = {}) {
  return server.app.inject({ method: "GET", url, headers });
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

const place = { cluster: "eu", node: "n1" };
const point = { series: [{ cluster: "eu", node: "n1", metric: "cpu", points: [] }] };

describe("the door", () => {
  it("turns every bad key away with its own code, and says what to do", async () => {
    const { control, clock } = server;
    const revoked = server.key("read", "acme");
    control.revokeKey(parseKey(revoked)!.keyId);
    const life = { tenant: "acme", scope: "read", expiresAt: clock.nowMs + 1 } as const;
    const expired = control.createKey(life).token;
    clock.pass(1);
    const cases: [headers: Record<string, string>, code: string][] = [
      [{}, "key_missing"],
      [bearer("hello"), "key_malformed"],
      [bearer(`${newToken("read").slice(0, -1)}_`), "key_malformed"],
      [{ authorization: "Digest x" }, "key_malformed"],
      [bearer(newToken("read")), "key_unknown"],
      [bearer(revoked), "key_revoked"],
      [bearer(expired), "key_expired"],
    ];
    for (const [headers, code] of cases) {
      const reply = await get("/api/v1/summary", headers);
      expect(reply.statusCode).toBe(401);
      expect(reply.headers["www-authenticate"]).toContain("Bearer");
      expect(reply.headers["content-type"]).toContain("application/problem+json");
      expect(reply.json()).toMatchObject({
        status: 401,
        code,
        requestId: reply.headers["x-request-id"],
      });
      expect(reply.json().hint).toBeTruthy();
    }
  });

  it("takes a key as the password of basic credentials, for senders that know nothing else", async () => {
    const token = server.key("read", "acme");
    const basic = Buffer.from(`any:${token}`).toString("base64");
    expect((await get("/api/v1/summary", { authorization: `Basic ${basic}` })).statusCode).toBe(
      200,
    );
  });

  it("asks for the key before it looks at anything else of the request", async () => {
    expect((await get("/api/v1/series?limit=nonsense")).statusCode).toBe(401);
    const body = { method: "POST", url: "/api/v1/ingest", payload: "{" } as const;
    expect((await server.app.inject(body)).statusCode).toBe(401);
  });

  it("lets each scope do what its name says and nothing more", async () => {
    const table = [
      ["ingest", 403, 200],
      ["read", 200, 403],
      ["manage", 200, 200],
    ] as const;
    for (const [scope, mayRead, mayIngest] of table) {
      const headers = bearer(server.key(scope, "acme"));
      expect((await get("/api/v1/summary", headers)).statusCode, scope).toBe(mayRead);
      const sent = await server.app.inject({
        method: "POST",
        url: "/api/v1/ingest",
        headers,
        payload: point,
      });
      expect(sent.statusCode, scope).toBe(mayIngest);
      if (mayIngest === 403) expect(sent.json().code).toBe("scope_missing");
    }
  });

  it("lets only operators name a tenant, by header or parameter", async () => {
    const own = bearer(server.key("read", "acme"));
    const operator = bearer(server.key("operator", null));
    const summaryOf = async (url: string, headers: Record<string, string>) => {
      const reply = await get(url, headers);
      return reply.statusCode === 200 ? reply.json().tenant : reply.json().code;
    };
    const url = "/api/v1/summary";
    expect(await summaryOf(url, own)).toBe("acme");
    expect(await summaryOf(`${url}?tenant=acme`, own)).toBe("acme");
    expect(await summaryOf(`${url}?tenant=globex`, own)).toBe("scope_missing");
    expect(await summaryOf(`${url}?tenant=nobody`, own)).toBe("scope_missing");
    expect(await summaryOf(url, { ...own, "x-scope-orgid": "globex" })).toBe("scope_missing");
    expect(await summaryOf(url, operator)).toBe("tenant_missing");
    expect(await summaryOf(`${url}?tenant=globex`, operator)).toBe("globex");
    expect(await summaryOf(url, { ...operator, "x-scope-orgid": "acme" })).toBe("acme");
    expect(await summaryOf(`${url}?tenant=nobody`, operator)).toBe("not_found");
    const both = { ...operator, "x-scope-orgid": "acme" };
    expect(await summaryOf(`${url}?tenant=globex`, both)).toBe("bad_parameter");
  });

  it("lists all tenants to operators, to others their own", async () => {
    const sent = { series: [{ ...place, metric: "cpu", points: [[server.clock.nowMs, 1]] }] };
    const headers = bearer(server.key("ingest", "acme"));
    await server.app.inject({ method: "POST", url: "/api/v1/ingest", headers, payload: sent });
    const nothing = { state: "served", openFindings: 0, anomalousNodes: 0, worst: null };
    const globex = { tenant: "globex", ...nothing, clusters: 0, nodes: 0, series: 0 };
    const acme = { tenant: "acme", ...nothing, clusters: 1, series: 1 };
    const own = await get("/api/v1/tenants", bearer(server.key("read", "globex")));
    expect(own.json()).toMatchObject({ data: [globex], nextCursor: null });
    expect(own.body).not.toContain("acme");
    const all = await get("/api/v1/tenants", bearer(server.key("operator", null)));
    expect(all.json().data).toMatchObject([acme, globex]);
    const sender = await get("/api/v1/tenants", bearer(server.key("ingest", "globex")));
    expect(sender.json().code).toBe("scope_missing");
  });

  it("slows down who guesses keys, and nobody else", async () => {
    for (let i = 0; i < 60; i++) await get("/api/v1/summary", bearer(newToken("read")));
    const stopped = await get("/api/v1/summary", bearer(newToken("read")));
    expect(stopped.statusCode).toBe(429);
    expect(Number(stopped.headers["retry-after"])).toBeGreaterThan(0);
    const good = await get("/api/v1/summary", bearer(server.key("read", "acme")));
    expect(good.statusCode).toBe(200);
  });

  it("counts requests per tenant, says how many are left, and names the wait", async () => {
    const acme = bearer(server.key("read", "acme"));
    const first = await get("/api/v1/summary", acme);
    expect(first.headers["ratelimit-policy"]).toBe('"query";q=100;w=5');
    expect(first.headers.ratelimit).toBe('"query";r=99;t=1');
    for (let i = 0; i < 99; i++) await get("/api/v1/summary", acme);
    const over = await get("/api/v1/summary", acme);
    expect(over.statusCode).toBe(429);
    expect(over.json().code).toBe("quota_exceeded");
    expect(over.headers["retry-after"]).toBe("1");
    expect(over.headers.ratelimit).toBe('"query";r=0;t=5');
    const other = await get("/api/v1/summary", bearer(server.key("read", "globex")));
    expect(other.statusCode).toBe(200);
    server.clock.pass(1000);
    expect((await get("/api/v1/summary", acme)).statusCode).toBe(200);
  });

  it("counts reads by what they cost: a wide one is as much as many small ones, whoever waits for it", async () => {
    const acme = bearer(server.key("manage", "acme"));
    const nowMs = server.clock.nowMs;
    const points = Array.from({ length: 3000 }, (_, i) => [nowMs - 60_000 * (3000 - i), i % 17]);
    const series = Array.from({ length: 12 }, (_, m) => ({ ...place, metric: `m${m}`, points }));
    const sent = { method: "POST", url: "/api/v1/ingest", headers: acme } as const;
    expect((await server.app.inject({ ...sent, payload: { series } })).statusCode).toBe(200);
    await server.platform.settled();
    const url = `/api/v1/rankings?level=metric&from=${nowMs - 2 * 86_400_000}&to=${nowMs}`;
    expect((await get(url, acme)).statusCode).toBe(200);
    // 36,000 points are judged: 36 ms and more, as much as a request or two besides the one that it was.
    await expect
      .poll(async () => {
        server.clock.pass(50);
        return (await get("/api/v1/summary", acme)).headers.ratelimit;
      })
      .toMatch(/r=9[0-7];/);
  });

  it("answers 503 with a wait while the platform is not ready", async () => {
    await server.platform.close();
    const reply = await get("/api/v1/summary", bearer(server.key("read", "acme")));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers["retry-after"]).toBe("2");
    expect((await get("/readyz")).statusCode).toBe(503);
    expect((await get("/healthz")).statusCode).toBe(200);
  });

  it("never logs a key, wherever it was put", async () => {
    const token = server.key("read", "acme");
    await get(`/api/v1/summary?key=${token}`, bearer(token));
    await get(`/${token}`, bearer(token));
    await get("/api/v1/summary", { ...bearer(newToken("read")), "x-request-id": token });
    expect(server.logLines.length).toBeGreaterThan(0);
    for (const line of server.logLines) expect(line).not.toContain(token);
  });
});
