import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { beforeEach, describe, expect, it } from "vitest";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";

let server: RealServer;
let auth: Record<string, string>;
beforeEach(async () => {
  server = await openRealServer();
  auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
  return () => server.close();
});

function get(url: string, headers: Record<string, string> = auth) {
  return server.app.inject({ method: "GET", url, headers });
}

/** Sends the path as it stands; `inject` and `fetch` would tidy it up first. */
async function getAsWritten(path: string): Promise<{ status: number; body: string }> {
  const { port } = server.app.server.address() as { port: number };
  const sent = request({ host: "127.0.0.1", port, path, headers: auth });
  sent.end();
  const [reply] = (await once(sent, "response")) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of reply) parts.push(part as Buffer);
  return { status: reply.statusCode!, body: Buffer.concat(parts).toString() };
}

describe("addresses", () => {
  it("are refused where two readers could read them differently", async () => {
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    for (const url of [
      "/api/v1/../v1/summary",
      "/api/v1/%2e%2e/v1/summary",
      "/api/v1/series/a%00b",
      "/api\\v1",
      "/api/v1/series/%zz",
    ]) {
      const { status, body } = await getAsWritten(url);
      expect(status, url).toBe(400);
      expect(JSON.parse(body).code, url).toBe("bad_path");
    }
  });

  it("are nothing where they only look like ours, and never the page", async () => {
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    for (const url of [
      "//api/v1/summary",
      "/api//v1/summary",
      "/API/v1/summary",
      "/Api/V1/summary",
      "/api%2Fv1/summary",
      "/api%252Fv1/summary",
      "/api%5Cv1/summary",
      "/%2Fapi/v1/summary",
      "/api;x/v1/summary",
      "/x/api/v1/summary",
      "/api/v1/series/a%2fb",
      "/api/v1/series/a%5cb",
      "/.env",
      "/%2Eenv",
      "/.git/config",
      "/x/.env",
      "/t/acme/.env",
      "/Healthz",
      "/READYZ/",
    ]) {
      const { status, body } = await getAsWritten(url);
      expect(status, url).toBe(404);
      expect(JSON.parse(body).code, url).toBe("not_found");
    }
  });

  it("say which methods they take", async () => {
    const cases = [
      ["POST", "/api/v1/summary", "GET, HEAD"],
      ["DELETE", "/api/v1/series/x/points", "GET, HEAD"],
      ["OPTIONS", "/api/v1/nodes?cluster=a", "GET, HEAD"],
      ["GET", "/api/v1/ingest", "POST"],
      ["PUT", "/healthz", "GET, HEAD"],
      ["POST", "/readyz", "GET, HEAD"],
    ] as const;
    for (const [method, url, allow] of cases) {
      const reply = await server.app.inject({ method, url, headers: auth });
      expect([reply.statusCode, reply.headers.allow], url).toEqual([405, allow]);
      expect(reply.headers["content-type"], url).toContain("application/problem+json");
      expect(reply.json().code, url).toBe("method_not_allowed");
    }
  });

  it("must name each parameter once, only known ones, and not too many", async () => {
    expect((await get("/api/v1/nodes?cluster=a&cluster=b")).json().code).toBe("bad_parameter");
    expect((await get("/api/v1/nodes?cluster=a&%63luster=b")).json().code).toBe("bad_parameter");
    const unknown = await get("/api/v1/nodes?color=red");
    expect(unknown.statusCode).toBe(400);
    expect(unknown.json()).toMatchObject({
      code: "bad_parameter",
      errors: [{ pointer: "/color" }],
    });
    const many = Array.from({ length: 101 }, (_, i) => `a${i}=1`).join("&");
    expect((await get(`/api/v1/nodes?${many}`)).json().detail).toMatch(/more than 100/);
    expect((await get("/api/v1/nodes?__proto__=x")).statusCode).toBe(400);
  });

  it("name the parameter that is wrong", async () => {
    const cases = [
      ["/api/v1/series?limit=0", "/limit"],
      ["/api/v1/series?limit=1001", "/limit"],
      ["/api/v1/anomalies?minScore=2", "/minScore"],
      ["/api/v1/anomalies?label=odd", "/label"],
      ["/api/v1/anomalies?from=yesterday", "/from"],
      ["/api/v1/scores?step=5", "/step"],
      ["/api/v1/scores?step=1s&from=now-30d", "/step"],
      ["/api/v1/rankings?level=planet", "/level"],
    ] as const;
    for (const [url, pointer] of cases) {
      const reply = await get(url);
      expect(reply.statusCode, url).toBe(400);
      expect(reply.json().errors[0].pointer, url).toBe(pointer);
    }
  });
});
