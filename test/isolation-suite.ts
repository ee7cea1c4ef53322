import { beforeAll, expect, it } from "vitest";
import { CANARY, type Plan, PUBLIC, plansAt, type Route, seriesOf } from "./isolation-plans.ts";

type Scope = "ingest" | "read" | "manage" | "operator";

/** A server with two tenants that are empty. Limits must be wide: the suite sends some 500 requests. */
export interface IsolationServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly a: string;
  readonly b: string;
  /** A fresh key; `tenant` null for operators. */
  key(scope: Scope, tenant: string | null): string;
  revoke(token: string): void;
  /** Resolves when everything sent so far is scored and can be read. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const NEVER = "never-was";

interface Got {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: string;
  /** Everything the caller sees, headers too. */
  readonly bytes: string;
}

/** Tries every route of the running server with every kind of wrong key. Call it inside `describe`. */
export function isolationSuite(makeServer: () => Promise<IsolationServer>): void {
  let server: IsolationServer;
  let routes: Route[];
  let plans: Readonly<Record<string, Plan>>;
  let keys: Record<"a" | "readA" | "ingestA" | "b" | "revokedA", string>;
  const nowMs = Date.now();

  beforeAll(async () => {
    server = await makeServer();
    plans = plansAt(nowMs);
    keys = {
      a: server.key("manage", server.a),
      readA: server.key("read", server.a),
      ingestA: server.key("ingest", server.a),
      b: server.key("manage", server.b),
      revokedA: server.key("manage", server.a),
    };
    server.revoke(keys.revokedA);
    await send(keys.a, seriesOf(CANARY, nowMs));
    await send(keys.b, seriesOf("plain", nowMs));
    await server.settled();
    const document = JSON.parse((await ask("GET", "/openapi.json")).body);
    routes = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
    return () => server.close();
  });

  async function ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<Got> {
    const init = { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(body) }) };
    const reply = await fetch(server.url + path, init);
    const text = await reply.text();
    const lines = [...reply.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
    const code = /"code":"(\w+)"/.exec(text)?.[1];
    return { status: reply.status, code, body: text, bytes: lines + text };
  }

  async function send(token: string, series: object[]): Promise<void> {
    const headers = { ...bearer(token), "content-type": "application/json" };
    const got = await ask(
      "POST",
      "/api/v1/ingest",
      headers,
      Buffer.from(JSON.stringify({ series })),
    );
    expect(got.status, got.body).toBe(200);
  }

  /** Calls a route as its plan says. `id` stands for `{id}`. */
  function call(
    { method, path }: Route,
    headers: Record<string, string>,
    id = NEVER,
  ): Promise<Got> {
    const { query, body } = plans[`${method} ${path}`]!;
    const url = path.replace("{id}", id) + (query === undefined ? "" : `?${query}`);
    if (body === undefined) return ask(method, url, headers);
    const encoding = body.encoding === undefined ? {} : { "content-encoding": body.encoding };
    const all = { "content-type": body.type, ...encoding, ...headers };
    return ask(method, url, all, body.bytes);
  }

  async function idsOfA(list: string): Promise<string[]> {
    const rows = JSON.parse((await ask("GET", list, bearer(keys.a))).body).data as { id: string }[];
    return rows.map((row) => row.id);
  }

  it("knows every route of the server: decide what a new one must not show, then list it here", () => {
    const known = Object.keys(plans);
    const found = routes.map(({ method, path }) => `${method} ${path}`);
    expect(found.filter((route) => !known.includes(route))).toEqual([]);
    expect(found.length).toBeGreaterThan(10);
  });

  it("has something to hide: tenant A sees its own names, anomalies and ids", async () => {
    for (const path of ["/clusters", "/nodes", "/metrics", "/series", "/rankings"]) {
      expect((await ask("GET", `/api/v1${path}`, bearer(keys.a))).body, path).toContain(CANARY);
    }
    for (const { idFrom } of Object.values(plans)) {
      if (idFrom === undefined || idFrom.includes("findings")) continue;
      expect((await idsOfA(idFrom)).length, idFrom).toBeGreaterThan(0);
    }
  });

  it("answers 401 and nothing else to no key, a wrong one and a revoked one", async () => {
    const whole = keys.a;
    const wrong = whole.slice(0, -1) + (whole.endsWith("0") ? "1" : "0");
    const cases: [headers: Record<string, string>, code: string][] = [
      [{}, "key_missing"],
      [bearer("nonsense"), "key_malformed"],
      [bearer(wrong), "key_malformed"],
      [bearer(keys.revokedA), "key_revoked"],
      [{ "x-scope-orgid": server.a }, "key_missing"],
    ];
    for (const route of routes) {
      for (const [headers, code] of cases) {
        const got = await call(route, headers);
        expect([got.status, got.code], `${route.method} ${route.path}`).toEqual([401, code]);
        expect(got.bytes).not.toContain(CANARY);
      }
    }
  });

  it("shows tenant B not one byte of tenant A's names, on any route", async () => {
    for (const route of routes) {
      const ids = await idsFor(route);
      for (const id of ids) {
        const got = await call(route, bearer(keys.b), id);
        expect(got.bytes.replaceAll(id, ""), `${route.method} ${route.path}`).not.toContain(CANARY);
        expect(got.bytes).not.toContain(`"${server.a}"`);
        expect(got.status).toBeLessThan(500);
      }
    }
  });

  it("answers tenant B alike for ids of tenant A and for ids that never were", async () => {
    for (const route of routes) {
      if (plans[`${route.method} ${route.path}`]!.idFrom === undefined) continue;
      const never = await call(route, bearer(keys.b), NEVER);
      expect(never.status, route.path).toBe(404);
      for (const id of await idsFor(route)) {
        const got = await call(route, bearer(keys.b), id);
        expect(got.status, route.path).toBe(404);
        expect(withoutId(got.body)).toBe(withoutId(never.body));
      }
    }
  });

  it("lets nobody but operators name a tenant, and does not say whether it exists", async () => {
    for (const route of routes) {
      const named = async (tenant: string) => {
        const headers = { ...bearer(keys.b), "x-scope-orgid": tenant };
        const got = await call(route, headers);
        expect([got.status, got.code], `${route.method} ${route.path}`).toEqual([
          403,
          "scope_missing",
        ]);
        return withoutId(got.body);
      };
      expect(await named(server.a)).toBe(await named("no-such-tenant"));
    }
    const inQuery = await ask("GET", `/api/v1/series?tenant=${server.a}`, bearer(keys.b));
    expect([inQuery.status, inQuery.code]).toEqual([403, "scope_missing"]);
  });

  it("keeps a read-only key from writing and an ingest key from reading, on every route", async () => {
    const before = await ask("GET", "/api/v1/series", bearer(keys.a));
    for (const route of routes) {
      const wrong = route.method === "GET" ? keys.ingestA : keys.readA;
      const got = await call(route, bearer(wrong));
      expect([got.status, got.code], `${route.method} ${route.path}`).toEqual([
        403,
        "scope_missing",
      ]);
      expect(got.bytes).not.toContain(CANARY);
    }
    await server.settled();
    expect((await ask("GET", "/api/v1/series", bearer(keys.a))).body).toBe(before.body);
  });

  it("changes no byte of tenant B's answers by what tenant A sends, nor the other way round", async () => {
    const pictureOf = async (token: string) => {
      await server.settled();
      const parts: string[] = [];
      for (const route of routes) {
        if (route.method !== "GET" || route.path.includes("{id}")) continue;
        const { body } = await call(route, bearer(token));
        // How long ago the newest point was is the clock's doing, not another tenant's.
        parts.push(route.path, body.replace(/"(detectionLagMs|ageMs)":[^,}]+/g, ""));
      }
      return parts;
    };
    const before = await pictureOf(keys.b);
    await send(keys.a, seriesOf(`${CANARY}-more`, nowMs));
    // The very names of tenant B, other values: they are tenant A's own.
    await send(keys.a, seriesOf("plain", nowMs, 100));
    const headers = { ...bearer(keys.a), "content-type": "application/json" };
    const labels = Buffer.from(`{"node":["${CANARY}"]}`);
    expect((await ask("PUT", "/api/v1/labels", headers, labels)).body).toContain(CANARY);
    expect(await pictureOf(keys.b)).toEqual(before);
    const own = await pictureOf(keys.a);
    await send(keys.b, seriesOf(`${CANARY}-more`, nowMs, 50));
    expect(await pictureOf(keys.a)).toEqual(own);
  });

  it("shows no name of any tenant on the addresses that need no key", async () => {
    for (const path of PUBLIC) {
      for (const headers of [{}, bearer(keys.b)]) {
        const { bytes } = await ask("GET", path, headers);
        expect(bytes, path).not.toContain(CANARY);
        expect(bytes, path).not.toContain(`"${server.a}"`);
        expect(bytes, path).not.toContain(`"${server.b}"`);
      }
    }
  });

  /** Ids of tenant A for a route with `{id}`; one empty round for the others. */
  async function idsFor({ method, path }: Route): Promise<string[]> {
    const { idFrom } = plans[`${method} ${path}`]!;
    return idFrom === undefined ? [NEVER] : [...(await idsOfA(idFrom)).slice(0, 3), NEVER];
  }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function withoutId(body: string): string {
  return body.replace(/"requestId":"[^"]+"/, "");
}
