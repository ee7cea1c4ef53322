import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { rawClient } from "../tooling/raw-client.ts";
import {
  beginServer,
  type Ended,
  keyIn,
  type LogLine,
  type ServerProcess,
  serveProcess,
  serveToItsEnd,
} from "../tooling/server-process.ts";

/** The promise; a supervisor that waits longer than this never has to kill. */
const END_MS = 25_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-stop-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @throws when it takes longer than was promised. */
async function stopped(server: ServerProcess, signal: NodeJS.Signals): Promise<Ended> {
  server.child.kill(signal);
  const late = setTimeout(() => server.child.kill("SIGKILL"), END_MS);
  const ended = await server.ended;
  clearTimeout(late);
  return ended;
}

function lineOf(server: ServerProcess, msg: string): LogLine | undefined {
  return server.log.find((line) => line.msg === msg);
}

describe("a stop", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("by %s ends whatever clients do", async (signal) => {
    const key = keyIn(folder);
    const server = await serveProcess(folder);
    const { port } = server;
    const halfHeader = await rawClient(port);
    halfHeader.send("GET /healthz HTTP/1.1\r\nhost: x\r\nx: ");
    const halfBody = await rawClient(port);
    halfBody.send(
      `POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
        "content-type: application/json\r\ncontent-length: 5000\r\n\r\n{",
    );
    const page = await (await fetch(`${server.url}/docs/`)).text();
    const unread = await rawClient(port);
    unread.socket.pause();
    unread.send(`GET /docs/${/js\/scalar-\w+\.js/.exec(page)![0]} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const late = await rawClient(port);
    late.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(late.text).toContain("ok\n");

    const ending = stopped(server, signal);
    await expect.poll(() => refusesConnections(port)).toBe(true);
    late.send("GET /api/v1/summary HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(await late.closed).toMatch(
      /HTTP\/1.1 503 [\s\S]*application\/problem\+json[\s\S]*retry-after: \d+[\s\S]*"code":"not_ready"/i,
    );
    expect(await ending).toMatchObject({ code: 0, signal: null });
    expect(lineOf(server, "checkpoint saved")).toBeDefined();
    expect(lineOf(server, "stopped")).toMatchObject({ signal });
  });

  it("asked for /readyz while requests are finished says 503, and /healthz 200", async () => {
    const key = keyIn(folder);
    const server = await serveProcess(folder);
    const clients = await Promise.all([1, 2, 3].map(() => rawClient(server.port)));
    const [busy, ready, health] = clients;
    busy!.send(
      `POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
        "content-type: application/json\r\ncontent-length: 5000\r\n\r\n{",
    );
    await expect.poll(() => requestsAt(server)).toBe(2);
    const ending = stopped(server, "SIGTERM");
    await expect.poll(() => refusesConnections(server.port)).toBe(true);
    ready!.send("GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    health!.send("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(await ready!.closed).toMatch(/^HTTP\/1.1 503 [\s\S]*not ready\nstopping\n/);
    expect(await health!.closed).toMatch(/^HTTP\/1.1 200 /);
    expect((await ending).code).toBe(0);
  });

  it("that waits for a disk ends all the same, with a code of its own, and says what it waited for", async () => {
    const server = await serveProcess(folder, [], [hangingClose()]);
    expect(await stopped(server, "SIGTERM")).toMatchObject({ code: 7, signal: null });
    expect(lineOf(server, "the stop did not end well")).toMatchObject({
      err: { waitingFor: "points and states to be saved" },
    });
  });

  it("after an error that nobody caught is logged, saves, and exits 1", async () => {
    const throwing = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('planted')})";
    const server = await serveProcess(folder, [], [throwing]);
    server.child.kill("SIGUSR2");
    expect(await server.ended).toMatchObject({ code: 1, signal: null });
    expect(lineOf(server, "uncaught error")).toMatchObject({ level: "fatal" });
    expect(lineOf(server, "checkpoint saved")).toBeDefined();
    expect(lineOf(server, "stopped")).toMatchObject({ signal: "uncaught error" });
  });

  it("after a rejection that nobody handled does the same", async () => {
    const rejecting =
      "data:text/javascript,process.on('SIGUSR2',()=>{Promise.reject(new Error('planted'))})";
    const server = await serveProcess(folder, [], [rejecting]);
    server.child.kill("SIGUSR2");
    expect(await server.ended).toMatchObject({ code: 1, signal: null });
    expect(lineOf(server, "uncaught error")).toBeDefined();
  });
});

describe("a start that cannot be", () => {
  it("names a port that is in use and what to do, and ends", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const { code, text } = await serveToItsEnd(folder, ["--port", String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(text).toContain(`error: port ${port} on 127.0.0.1 is in use by another program`);
    expect(text).toContain("--port");
  });

  it("names an address that is not ours", async () => {
    const { code, text } = await serveToItsEnd(folder, ["--host", "203.0.113.7"]);
    expect(code).toBe(1);
    expect(text).toContain("203.0.113.7 is not an address of this machine");
    expect(text).toContain("--host");
  });

  it("ends where the data folder is in use, and leaves the other server alone", async () => {
    const first = await serveProcess(folder);
    const { code, text } = await serveToItsEnd(folder, ["--port", "0"]);
    expect(code).toBe(1);
    expect(text).toMatch(/^error: /m);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    expect((await stopped(first, "SIGTERM")).code).toBe(0);
  });
});

describe("a stop during a start with much to catch up", () => {
  it("ends within seconds at any moment, and harms nothing", async () => {
    const key = keyIn(folder);
    const control = ControlDb.open(join(folder, "control.db"), () => Date.now());
    control.changeSettings("acme", {
      limits: { pointsPerSecond: 1_000_000, pointsBurst: 10_000_000 },
    });
    control.close();
    const first = await serveProcess(folder);
    const points = await sendMuch(first.url, key);
    first.child.kill("SIGKILL");
    await first.ended;
    for (const afterMs of [200, 600, 1000, 1500, 2000, 3000]) {
      const begun = beginServer(folder);
      await sleep(afterMs);
      begun.child.kill("SIGTERM");
      const late = setTimeout(() => begun.child.kill("SIGKILL"), 5000);
      const { code, signal } = await begun.ended;
      clearTimeout(late);
      // Before it runs a signal ends it as any program; afterwards it saves, and exits 0.
      expect(["0 null", "null SIGTERM"]).toContain(`${code} ${signal}`);
    }
    const last = await serveProcess(folder);
    const reply = await fetch(`${last.url}/api/v1/summary`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await reply.json()).toMatchObject({ points });
    expect((await stopped(last, "SIGTERM")).code).toBe(0);
  });
});

const BODIES = 10;
const SERIES = 100;
const POINTS = 500;

/** Half a million points, acknowledged and not all of them scored. @returns how many. */
async function sendMuch(url: string, key: string): Promise<number> {
  const startMs = Date.now() - BODIES * POINTS * 1000;
  for (let body = 0; body < BODIES; body++) {
    const series = Array.from({ length: SERIES }, (_, n) => ({
      ...{ cluster: "eu", node: `n${n}`, metric: "cpu" },
      points: Array.from({ length: POINTS }, (_, k) => {
        const step = body * POINTS + k;
        return [startMs + step * 1000, (step * (n + 7)) % 13];
      }),
    }));
    const reply = await fetch(`${url}/api/v1/ingest`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ series }),
    });
    if (reply.status !== 200) throw new Error(await reply.text());
  }
  return BODIES * SERIES * POINTS;
}

/** A module that has partition workers hang in a call of the system when they are to close. */
function hangingClose(): string {
  const code = `
    import { execFileSync } from "node:child_process";
    import { parentPort } from "node:worker_threads";
    const on = parentPort?.on.bind(parentPort);
    if (parentPort) parentPort.on = (name, hear) => on(name, (message) => {
      if (message?.question?.what === "close") execFileSync("/bin/sleep", ["40"]);
      hear(message);
    });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Requests under way, the one that asks included. */
async function requestsAt({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/http_connections{state="requests"} (\d+)/.exec(text)?.[1]);
}

async function refusesConnections(port: number): Promise<boolean> {
  try {
    (await rawClient(port)).socket.destroy();
    return false;
  } catch {
    return true;
  }
}
