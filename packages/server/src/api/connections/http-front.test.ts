import { createConnection, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openRealServer, type RealServer } from "../../../testing/real-server.ts";
import { DOOR_LIMITS, type DoorLimits } from "../../config/door-limits.ts";
import type { RefusedRequest } from "../../observe/refused-requests.ts";
import { newToken, parseKey } from "../../tenant/api-key.ts";
import { HttpFront } from "./http-front.ts";

interface Listening {
  readonly server: RealServer;
  readonly front: HttpFront;
  readonly url: string;
  readonly port: number;
  readonly refused: readonly RefusedRequest[];
}

let stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const work of stop.reverse()) await work();
  stop = [];
});

async function listen(
  limits: Partial<DoorLimits> = {},
  trustedProxies: readonly string[] = [],
  options: Parameters<typeof openRealServer>[0] = {},
): Promise<Listening> {
  const progress = () => ({ phase: "opening", done: 0, total: 1 });
  const front = new HttpFront({ limits: { ...DOOR_LIMITS, ...limits }, trustedProxies, progress });
  const refused: RefusedRequest[] = [];
  const requestRefused = (request: RefusedRequest) => void refused.push(request);
  const parts = { front, requestRefused, checkReplies: false, ...options.parts };
  const server = await openRealServer({ ...options, parts });
  const url = await front.listen("127.0.0.1", 0);
  front.open();
  stop.push(async () => {
    await front.end();
    front.close();
    await server.close();
  });
  return { server, front, url, port: Number(new URL(url).port), refused };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, "accept-encoding": "identity" };
}

/** Sends a request and reads nothing of the reply. */
function sendUnread(port: number, path: string, token: string): Socket {
  const socket = createConnection({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
  stop.push(async () => void socket.destroy());
  return socket;
}

/** An answer key of about 20 MB: more than connections and the system hold on the way. */
const FAULT = {
  ...{ id: "1", title: "x".repeat(2000), kind: "spike", cluster: "eu", nodes: ["n1"] },
  ...{ metrics: ["cpu"], startMs: 1000, endMs: 0, silent: false },
};
const LARGE = Array.from({ length: 10_000 }, () => FAULT);

describe("behind trusted proxies", () => {
  it("refused keys count against the client's address, and the refusal speaks of it", async () => {
    const { url } = await listen({}, ["127.0.0.1"], { refusedBurst: 3 });
    const from = (address: string) =>
      fetch(`${url}/api/v1/summary`, {
        headers: { ...bearer(newToken("read")), "x-forwarded-for": `6.6.6.6, ${address}` },
      });
    for (let k = 0; k < 3; k++) expect((await from("10.0.0.1")).status).toBe(401);
    const stopped = await from("10.0.0.1");
    expect(stopped.status).toBe(429);
    expect(await stopped.json()).toMatchObject({
      code: "address_blocked",
      title: "Too many refused keys from this address",
      detail: expect.stringContaining("10.0.0.1"),
    });
    expect((await from("10.0.0.2")).status).toBe(401);
  });

  it("is not believed where nobody is trusted", async () => {
    const { url } = await listen({}, [], { refusedBurst: 3 });
    const statuses: number[] = [];
    for (let k = 0; k < 4; k++) {
      const headers = { ...bearer(newToken("read")), "x-forwarded-for": `10.0.0.${k}` };
      statuses.push((await fetch(`${url}/api/v1/summary`, { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
  });
});

describe("large replies that nobody reads", () => {
  it("are held for a key up to its share; others have theirs, and a cut one gives back", async () => {
    const { server, front, port, url } = await listen(
      { unsentBytesPerKey: 30_000_000, stalledMs: 3_600_000 },
      [],
      { parts: { demoTruth: () => LARGE } },
    );
    const [one, other] = [server.key("read", "acme"), server.key("read", "globex")];
    const path = "/api/v1/demo/truth";
    const unread = sendUnread(port, path, one);
    await expect.poll(() => front.unsent.all).toBeGreaterThan(10_000_000);
    const second = await fetch(url + path, { headers: bearer(one) });
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ code: "overloaded", status: 503 });
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    const theirs = await fetch(url + path, { headers: bearer(other) });
    expect([theirs.status, (await theirs.arrayBuffer()).byteLength > 20_000_000]).toEqual([
      200,
      true,
    ]);
    unread.destroy();
    await expect.poll(() => front.unsent.all).toBe(0);
    const again = await fetch(url + path, { headers: bearer(one) });
    expect([again.status, (await again.arrayBuffer()).byteLength > 20_000_000]).toEqual([
      200,
      true,
    ]);
  });

  it("make room for the same key's next one when they stand still", async () => {
    const { server, front, port, url } = await listen(
      { unsentBytesPerKey: 30_000_000, stalledMs: 300 },
      [],
      { parts: { demoTruth: () => LARGE } },
    );
    const key = server.key("read", "acme");
    const path = "/api/v1/demo/truth";
    sendUnread(port, path, key);
    await expect.poll(() => front.unsent.all).toBeGreaterThan(10_000_000);
    const statuses: number[] = [];
    await expect
      .poll(async () => {
        const reply = await fetch(url + path, { headers: bearer(key) });
        statuses.push(reply.status);
        await reply.arrayBuffer();
        return reply.status;
      })
      .toBe(200);
    expect(front.unsent.of(parseKey(key)!.keyId)).toBe(0);
  });
});

describe("refusals of known keys", () => {
  it("are heard of with the key's public id, its tenant and the outcome", async () => {
    const { server, url, refused } = await listen({}, [], {
      limits: { queryRequestsPerSecond: 1 },
    });
    const key = server.key("read", "acme");
    const { keyId } = parseKey(key)!;
    const get = (path: string) => fetch(url + path, { headers: bearer(key) });
    for (let k = 0; k < 7; k++) await get("/api/v1/summary");
    await fetch(`${url}/api/v1/ingest`, { method: "POST", headers: bearer(key), body: "{}" });
    const actor = keyId;
    expect(refused).toEqual([
      { actor, tenant: "acme", outcome: "quota_exceeded" },
      { actor, tenant: "acme", outcome: "quota_exceeded" },
      { actor, tenant: "acme", outcome: "scope_missing" },
    ]);
    server.control.revokeKey(keyId);
    server.clock.pass(5000);
    expect((await get("/api/v1/summary")).status).toBe(401);
    const line = server.logLines.find((text) => text.includes("key refused"));
    expect(JSON.parse(line!)).toMatchObject({ problem: "revoked", keyId, tenant: "acme" });
    expect(line).not.toContain(key.slice(20));
  });
});
