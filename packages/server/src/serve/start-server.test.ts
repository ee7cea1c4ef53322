import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkHost } from "../host/host-link.ts";
import { threadHosts } from "../host/thread-host.ts";
import { StoreTooNew } from "../store/sqlite/store-error.ts";
import { type RunningServer, type StartOptions, startServer } from "./start-server.ts";
import { StopTimeout } from "./stop-deadline.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "foreshock-start-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function start(port: number, more: Partial<StartOptions> = {}): Promise<RunningServer> {
  const config = {
    ...{ host: "127.0.0.1", port, dataDir, partitionCount: 2, workerCount: 1, hostCount: 1 },
    ...{ logLevel: "silent" as const, checkpointEveryMs: 60_000, retentionDays: 0 },
    ...{ scrubEveryMs: 0, trustedProxies: [], memoryMax: 4 * 2 ** 30 },
  };
  return startServer({ config, now: () => Date.now(), processMetrics: false, ...more });
}

const threads = () => ({ clientCount: 2, dataDir, partitionCount: 2, ownerCount: 1 });

/** Hosts of tenants whose messages are held until somebody lets them go. */
class HeldHosts {
  #held: (() => void)[] | undefined = [];

  readonly link: LinkHost = (client, life, events) =>
    threadHosts(threads(), () => Date.now())(client, life, {
      ...events,
      message: (message) => {
        const pass = (): void => events.message(message);
        if (this.#held === undefined) pass();
        else this.#held.push(pass);
      },
    });

  get count(): number {
    return this.#held?.length ?? 0;
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const pass of this.#held?.splice(0) ?? []) pass();
    this.#held = undefined;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe("a server that starts", () => {
  it("answers probes, pages and metrics while its tenants are taken up, and says how far it is", async () => {
    const hosts = new HeldHosts();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const starting = start(port, { linkHost: hosts.link });
    await expect.poll(() => hosts.count).toBeGreaterThan(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      "not ready\nstarting\ntenants ready: 0 of 0, partitions open: 2 of 2\n",
    ]);
    for (const [path, status] of [
      ["/metrics", 200],
      ["/docs/", 200],
      ["/api/v1/summary", 401],
    ] as const) {
      expect((await fetch(url + path)).status, path).toBe(status);
    }
    hosts.release();
    const server = await starting;
    expect(await (await fetch(`${url}/readyz`)).text()).toBe("ready\n");
    await server.close();
  });

  it("answers whoever asks early once their tenant is taken up, and not with a refusal", async () => {
    const first = await start(0);
    const { control } = first;
    control.ensureTenant("acme");
    const { token } = control.createKey({ scope: "manage", tenant: "acme" });
    await first.close();
    const hosts = new HeldHosts();
    const port = await freePort();
    const starting = start(port, { linkHost: hosts.link });
    await expect.poll(() => hosts.count).toBeGreaterThan(0);
    const headers = { authorization: `Bearer ${token}` };
    const asked = fetch(`http://127.0.0.1:${port}/api/v1/summary`, { headers });
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    hosts.release();
    expect((await asked).status).toBe(200);
    await (await starting).close();
  });

  it("closes everything that it opened when something of it fails", async () => {
    const port = await freePort();
    const dying: LinkHost = (_, _life, events) => ({
      post: () => setImmediate(() => events.ended(new StoreTooNew("fleet.db", 9, 4))),
      end: async () => {},
    });
    await expect(start(port, { linkHost: dying })).rejects.toThrow("fleet.db has format 9");
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    const server = await start(port);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.close();
  });

  it("says what is wrong with the port, and touches no file before", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    rmSync(dataDir, { recursive: true });
    await expect(start(port)).rejects.toMatchObject({
      name: "StartProblem",
      message: expect.stringContaining("in use"),
      hint: expect.stringContaining("--port"),
    });
    await new Promise((resolve) => other.close(resolve));
    const server = await start(port);
    await server.close();
  });
});

describe("a server that stops", () => {
  it("says no on /readyz after an error that nobody caught", async () => {
    const server = await start(0);
    server.failed(new Error("planted"));
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      "not ready\nan error that nobody caught; the server is ending\n",
    ]);
    await server.close();
  });

  it("gives up after its deadline, naming what it waits for", async () => {
    const hosts = new HeldHosts();
    hosts.release();
    const server = await start(0, {
      linkHost: hosts.link,
      doorLimits: { endMs: 500, graceMs: 100 },
    });
    hosts.hold();
    const failure = await server.close("SIGTERM").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StopTimeout);
    expect(failure).toMatchObject({ waitingFor: "points and states to be saved" });
    hosts.release();
    await expect.poll(() => server.platform.ready()).toBe(false);
  });
});
