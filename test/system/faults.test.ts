import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { partitionOf } from "../../packages/server/src/partition/partition-of.ts";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { historyOf } from "../../packages/server/testing/picture.ts";
import {
  asJson,
  type PlantedFleet,
  plantedSeries,
  rangeOf,
} from "../../packages/server/testing/planted.ts";
import { FROM_SOURCE } from "../tooling/from-source.ts";
import { MortalThreads } from "../tooling/mortal-threads.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const NOW = Date.UTC(2026, 5, 15, 12);
const TICK = 60;
const TICKS = 12;
const FLEET: PlantedFleet = {
  startMs: NOW - TICKS * TICK * 60_000,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [{ node: "b", from: 10 * TICK, to: 10 * TICK + 15 }],
};
const NODES_OF = [0, 1].map((owner) =>
  FLEET.nodes.filter((node) => partitionOf("acme", "eu", node, 4) % 2 === owner),
);

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
}

describe("a partition's thread that dies under a running server", () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(threads = new MortalThreads()): Promise<TestServer> {
    const server = await startTestServer({
      tenants: ["acme"],
      now: () => NOW,
      link: threads.link,
    });
    servers.push(server);
    return server;
  }

  it("answers 503 for its partitions alone, and is back in seconds with everything acknowledged", async () => {
    const threads = new MortalThreads();
    const [server, calm] = [await start(threads), await start()];
    for (let tick = 0; tick < 6; tick++) await send(server, tick, FLEET.nodes);
    threads.kill("0,2");
    await expect.poll(() => threads.deaths.length).toBe(1);
    expect(threads.deaths[0]).toMatch(/^0,2: .*undefined/);
    const refused = await post(server, 6, NODES_OF[0]!);
    expect(refused).toEqual({ status: 503, code: "store_unavailable", retryAfter: "5" });
    for (let tick = 6; tick < 8; tick++) await send(server, tick, NODES_OF[1]!);
    await server.until(async () => (await post(server, 6, NODES_OF[0]!)).status === 200);
    await send(server, 7, NODES_OF[0]!);
    for (let tick = 8; tick < TICKS; tick++) await send(server, tick, FLEET.nodes);
    for (let tick = 0; tick < TICKS; tick++) await send(calm, tick, FLEET.nodes);
    const [survived, wanted] = [await historyIn(server), await historyIn(calm)];
    expect(survived.anomalies.length).toBeGreaterThan(0);
    expect(survived).toEqual(wanted);
  });
});

async function send(server: TestServer, tick: number, nodes: readonly string[]): Promise<void> {
  expect(await post(server, tick, nodes)).toMatchObject({ status: 200 });
}

function post(server: TestServer, tick: number, nodes: readonly string[]): Promise<Answer> {
  const series = plantedSeries(FLEET, tick * TICK, (tick + 1) * TICK);
  const own = series.filter(({ nodeId }) => nodes.includes(nodeId));
  return postTo(server.url, server.keys("acme").ingest, asJson(own));
}

async function historyIn({ running }: TestServer) {
  await running.platform.settled();
  return historyOf(running.platform.forTenant("acme"), rangeOf(FLEET, TICKS * TICK));
}

/** No file of the server may grow beyond this until the limit is lifted. */
const FILE_BYTES_MAX = 600_000;
const BATCH = 2000;
const BATCHES_MAX = 200;
const canLimit = spawnSync("prlimit", ["--version"]).status === 0;

describe("a disk that is full under a running server", () => {
  it.skipIf(!canLimit && process.env.CI === undefined)(
    "answers 503 with the wait while reads go on, and takes writes when there is room (needs prlimit)",
    async () => {
      const dir = mkdtempSync(join(tmpdir(), "foreshock-full-"));
      const key = keyIn(dir);
      const served = await serve(dir);
      try {
        let batch = 0;
        let answer = await postTo(served.url, key, noise(batch));
        while (answer.status === 200 && batch < BATCHES_MAX) {
          batch++;
          answer = await postTo(served.url, key, noise(batch));
        }
        expect(answer).toEqual({ status: 503, code: "store_unavailable", retryAfter: "5" });
        const stored = (await pointsIn(served.url, key))[0]!;
        expect(stored).toBeGreaterThanOrEqual(batch * BATCH);
        // Going back to what is written moves the write-ahead file into place: a little more may fit then.
        const again = await postTo(served.url, key, noise(batch));
        expect([200, 503]).toContain(again.status);
        if (again.status === 200) batch++;
        spawnSync("prlimit", ["--pid", String(served.child.pid), "--fsize=unlimited:unlimited"]);
        for (const end = batch + 5; batch < end; batch++) {
          expect(await postTo(served.url, key, noise(batch))).toMatchObject({ status: 200 });
        }
        await expect.poll(() => pointsIn(served.url, key)).toEqual([batch * BATCH]);
        expect(served.child.exitCode).toBeNull();
      } finally {
        served.child.kill("SIGKILL");
        await once(served.child, "exit");
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});

function keyIn(dataDir: string): string {
  const control = ControlDb.open(join(dataDir, "control.db"), () => Date.now());
  control.ensureTenant("acme");
  const free = { pointsPerSecond: 1e9, pointsBurst: 1e9, queryRequestsPerSecond: 1e6 };
  control.changeSettings("acme", { limits: { ...free, ingestRequestsPerSecond: 1e6 } });
  const { token } = control.createKey({ tenant: "acme", scope: "manage" });
  control.close();
  return token;
}

async function serve(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const limit = `--fsize=${FILE_BYTES_MAX}:unlimited`;
  const args = ["serve", "--port", "0", "--data-dir", dir, "--log-level", "error"];
  const child = spawn("prlimit", [limit, process.execPath, FROM_SOURCE, MAIN, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await new Promise<string>((done, failed) => {
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += String(chunk);
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (found !== undefined) done(found);
    });
    child.on("exit", () => failed(new Error(`the server did not start: ${text}`)));
  });
  return { child, url };
}

/** Points of one series that no encoding makes small. */
function noise(batch: number): object {
  return {
    series: [
      {
        ...{ cluster: "eu", node: "a", metric: "cpu" },
        points: Array.from({ length: BATCH }, (_, k) => {
          const point = batch * BATCH + k;
          return [NOW + point * 1000, Math.sin(point * point)];
        }),
      },
    ],
  };
}

async function pointsIn(url: string, key: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${key}` };
  const reply = await fetch(`${url}/api/v1/series`, { headers });
  expect(reply.status).toBe(200);
  const { data } = (await reply.json()) as { data: { points: number }[] };
  return data.map(({ points }) => points);
}

async function postTo(url: string, key: string, body: object): Promise<Answer> {
  const reply = await fetch(`${url}/api/v1/ingest`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { code } = (await reply.json()) as { code?: string };
  return { status: reply.status, code, retryAfter: reply.headers.get("retry-after") };
}
