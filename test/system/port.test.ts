import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askRaw, type RawClient, rawClient, rawClientUnconnected } from "../tooling/raw-client.ts";
import { keyIn, type ServerProcess, serveProcess } from "../tooling/server-process.ts";

const EACH = 1000;
const SECONDS = 12;
const PROBE = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const PROBE_ONCE = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
/** As much as one address may hold without a key. */
const SHARE = 200;

let server: ServerProcess;
let key: string;
const folder = mkdtempSync(join(tmpdir(), "foreshock-port-"));
beforeAll(async () => {
  key = keyIn(folder);
  server = await serveProcess(folder);
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

describe("the threads that work for tenants", () => {
  it.skipIf(process.platform !== "linux")("give way to the one that answers everybody", () => {
    const { pid } = server.child;
    const threads = execFileSync("ps", ["-L", "-o", "tid=,ni=", "-p", String(pid)], {
      encoding: "utf8",
    });
    const niceness = new Map(
      threads
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
    );
    const own = niceness.get(pid!)!;
    const below = [...niceness.values()].filter((nice) => nice > own);
    // Two partition owners, two hosts, two decoders; the watchdog is never in the way.
    expect(below.length).toBeGreaterThanOrEqual(4);
  });
});

describe(`${3 * EACH} connections of one address without a key`, () => {
  const held: RawClient[] = [];
  afterAll(() => {
    for (const { socket } of held) socket.destroy();
  });

  it("keep nobody else out, and hold no more than their share", async () => {
    for (let i = 0; i < 3 * EACH; i++) held.push(rawClientUnconnected(server.port, "127.0.0.1"));
    const [idle, slow, kept] = [0, 1, 2].map((k) => held.slice(k * EACH, (k + 1) * EACH));
    expect(idle!.length + slow!.length + kept!.length).toBe(3 * EACH);
    let answered = 0;
    const sentence = `GET /readyz HTTP/1.1\r\nhost: ${"x".repeat(99)}`;
    for (let second = 0; second < SECONDS; second++) {
      for (const client of slow!) client.send(sentence[second]!);
      for (const client of kept!) client.send(PROBE);
      for (let k = 0; k < 5; k++) {
        const began = performance.now();
        const reply = await askRaw(server.port, PROBE_ONCE, "127.0.0.2");
        expect(reply).toMatch(/^HTTP\/1.1 200 /);
        answered++;
        await sleep(200 - Math.min(200, performance.now() - began));
      }
    }
    expect(answered).toBe(5 * SECONDS);
    const open = held.filter(({ isOpen }) => isOpen()).length;
    expect(open).toBeLessThanOrEqual(SHARE);
    const metrics = await askRaw(
      server.port,
      "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      "127.0.0.2",
    );
    const ended = (reason: string) =>
      Number(new RegExp(`http_connections_ended{reason="${reason}"} (\\d+)`).exec(metrics)?.[1]);
    expect(ended("displaced") + ended("refused")).toBeGreaterThanOrEqual(3 * EACH - SHARE);
    expect(metrics).toMatch(/main_thread_block_seconds{since="start"} 0\.\d/);
  });
});

describe("a client that is slow", () => {
  it("gets a 408 for headers that do not end, within seconds", async () => {
    const client = await rawClient(server.port);
    client.send("GET /healthz HTTP/1.1\r\nhost: x\r\nx: ");
    expect(await client.closed).toMatch(
      /^HTTP\/1.1 408 [\s\S]*application\/problem\+json[\s\S]*"code":"request_timeout"/,
    );
  });

  it("loses a silent connection without a key, and keeps one with a key", async () => {
    const silent = await rawClient(server.port);
    const keyed = await rawClient(server.port);
    const ask = `GET /api/v1/summary HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`;
    keyed.send(ask);
    await silent.closed;
    await sleep(3000);
    expect(keyed.isOpen()).toBe(true);
    keyed.send(ask);
    await expect.poll(() => keyed.text().match(/HTTP\/1.1 200/g)?.length).toBe(2);
    expect(keyed.text()).toContain("timeout=65");
    keyed.socket.destroy();
  });

  it("gets a 408 for a body that stands still, and the next one is served", async () => {
    const client = await rawClient(server.port);
    client.send(
      `POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
        'content-type: application/json\r\ncontent-length: 5000\r\n\r\n{"series":',
    );
    expect(await client.closed).toMatch(/^HTTP\/1.1 408 [\s\S]*less than 1024 bytes per second/);
    expect(await askRaw(server.port, PROBE_ONCE)).toMatch(/ 200 /);
  });

  it("that reads nothing of a large reply is cut off", async () => {
    const page = await fetch(`${server.url}/docs/`);
    const [script] = /js\/scalar-\w+\.js/.exec(await page.text())!;
    const client = await rawClient(server.port, "127.0.0.3");
    client.socket.pause();
    client.send(`GET /docs/${script} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await expect.poll(async () => endedFor("unreadReplies"), { timeout: 40_000 }).toBe(1);
    client.socket.resume();
    expect((await client.closed).length).toBeLessThan(4_900_000);
  });

  async function endedFor(reason: string): Promise<number> {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(new RegExp(`http_connections_ended{reason="${reason}"} (\\d+)`).exec(text)?.[1]);
  }
});

describe("what is no HTTP, or not quite", () => {
  const cases: readonly (readonly [name: string, text: string, status: number, code: string])[] = [
    ["a word", "HELLO\r\n\r\n", 400, "bad_request"],
    ["no Host", "GET /api/v1/summary HTTP/1.1\r\n\r\n", 400, "bad_request"],
    [
      "wide headers",
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
    ["a method that is none", "FOO / HTTP/1.1\r\nhost: x\r\n\r\n", 400, "bad_request"],
    [
      "a method that nothing takes",
      "PROPFIND /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      405,
      "method_not_allowed",
    ],
    [
      "a wrong case",
      "GET /API/v1/summary HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      404,
      "not_found",
    ],
    [
      "two slashes",
      "GET //api/v1/summary HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      404,
      "not_found",
    ],
  ];
  it.each(cases)("%s gets a problem", async (_, text, status, code) => {
    const reply = await askRaw(server.port, text);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply.toLowerCase()).toContain("content-type: application/problem+json");
    expect(reply).toContain(`"code":"${code}"`);
  });
});
