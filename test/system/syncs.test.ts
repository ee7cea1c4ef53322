import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { partitionOf } from "../../packages/server/src/partition/partition-of.ts";
import { asJson, type PlantedFleet, plantedSeries } from "../../packages/server/testing/planted.ts";
import { freeTenant } from "../tooling/memory-stage.ts";
import { type ServerProcess, serveProcess } from "../tooling/server-process.ts";
import { canPreload, SyncShim } from "../tooling/sync-shim.ts";

/** Points of a post. */
const TICK = 24;
const TICKS = 16;
/** From this post on syncs do not work: what is refused comes less than two hours late afterwards. */
const BROKEN = TICKS - 4;
const START = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - TICKS * TICK * MINUTE_MS;
const FLEET: PlantedFleet = {
  startMs: START,
  nodes: ["a", "b", "c", "d", "e", "f", "g", "h"],
  plants: [{ node: "b", from: 14 * TICK, to: 14 * TICK + 15 }],
};
const FLAGS = ["--workers", "2"];
const PARTITIONS = 8;
/** Nodes of the partitions that the hanging one shares a thread with, and of the other thread. */
const [HANGING, OTHERS] = [0, 1].map((owner) =>
  FLEET.nodes.filter((node) => partitionOf("acme", "eu", node, PARTITIONS) % 2 === owner),
) as [string[], string[]];
/** Of the partition whose files do not answer. */
const HUNG = HANGING.filter((node) => partitionOf("acme", "eu", node, PARTITIONS) === 0);
const PATIENT = { timeout: 60_000, interval: 500 };
/** Far more than a read takes, far less than a disk that does not answer. */
const SOON_MS = 4000;
/** Those that ask no partition. */
const HOST_READS = ["/summary", "/nodes", "/scores", "/findings", "/series"];
const READS = ["/summary", "/nodes", "/scores", "/findings", "/anomalies", "/series"];

describe.skipIf(!canPreload && process.env.CI === undefined)(
  "a disk whose syncs do not work (needs cc)",
  () => {
    let folder: string;
    let shim: SyncShim;
    const servers: ServerProcess[] = [];

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "foreshock-syncs-"));
      shim = new SyncShim(folder);
    });
    afterEach(() => {
      for (const { child } of servers.splice(0)) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });

    it("fail: answers 503 and never 200, goes on reading, and loses nothing of what it took", async () => {
      const served = await start("failing");
      for (let tick = 0; tick < BROKEN; tick++) expect(await post(served, tick)).toBe("200");
      shim.say("fail", "partition.db-wal");
      for (let time = 0; time < 8; time++) {
        expect(await post(served, BROKEN)).toMatch(/^503 store_unavailable after (5|10)$/);
        expect(await readiness(served)).toMatch(/^503 not ready.*the disk could not sync/s);
        await pause(500);
      }
      await expect.poll(() => reads(served, READS), PATIENT).toEqual(READS.map(() => 200));
      shim.mend();
      await expect.poll(() => post(served, BROKEN), PATIENT).toBe("200");
      for (let tick = BROKEN + 1; tick < TICKS; tick++) {
        await expect.poll(() => post(served, tick), PATIENT).toBe("200");
      }
      await expect.poll(() => readiness(served), PATIENT).toMatch(/^200/);
      served.child.kill("SIGKILL");
      const again = await start("failing");
      await expect.poll(() => resultsOf(again), PATIENT).toEqual(await calm());
    });

    it("hang: others' points and all reads go on, its own are refused, and it takes them afterwards", async () => {
      const served = await start("hanging");
      for (let tick = 0; tick < BROKEN; tick++) expect(await post(served, tick)).toBe("200");
      shim.say("sleep", "/p0/");
      const refused = post(served, BROKEN, HUNG);
      for (let tick = BROKEN; tick < TICKS; tick++) {
        expect(await soon(post(served, tick, OTHERS))).toBe("200");
        expect(await soon(reads(served, READS))).toEqual(READS.map(() => 200));
      }
      expect(await refused).toBe("503 store_unavailable after 5");
      expect(await readiness(served)).toMatch(/the disk does not answer/);
      expect(await soon(post(served, BROKEN + 1, HUNG))).toBe("503 store_unavailable after 5");
      expect(await soon(reads(served, READS))).toEqual(READS.map(() => 200));
      shim.mend();
      for (let tick = BROKEN; tick < TICKS; tick++) {
        await expect.poll(() => post(served, tick, HANGING), PATIENT).toBe("200");
      }
      await expect.poll(() => readiness(served), PATIENT).toMatch(/^200/);
      await expect.poll(() => resultsOf(served), PATIENT).toEqual(await calm());
    });

    it("hang a thread: who asks it gets 503 once it is given up, and all else goes on", async () => {
      const served = await start("blocked");
      for (let tick = 0; tick < BROKEN; tick++) expect(await post(served, tick)).toBe("200");
      // Names are synced by the thread itself.
      shim.say("sleep", "/p0/names.jsonl");
      const waiting = post(served, BROKEN, HUNG, "fresh");
      await pause(500);
      const asked = reads(served, ["/anomalies"]);
      for (let tick = BROKEN; tick < TICKS; tick++) {
        expect(await soon(post(served, tick, OTHERS))).toBe("200");
        expect(await soon(reads(served, HOST_READS))).toEqual(HOST_READS.map(() => 200));
      }
      expect(await asked).toEqual([503]);
      expect(await waiting).toBe("503 store_unavailable after 5");
      expect(await soon(reads(served, ["/anomalies"]))).toEqual([503]);
      expect(await soon(reads(served, HOST_READS))).toEqual(HOST_READS.map(() => 200));
      shim.mend();
      for (let tick = BROKEN; tick < TICKS; tick++) {
        await expect.poll(() => post(served, tick, HANGING), PATIENT).toBe("200");
      }
      await expect.poll(() => readiness(served), PATIENT).toMatch(/^200/);
      expect(await reads(served, READS)).toEqual(READS.map(() => 200));
      expect(served.log.filter(({ outcome }) => outcome === "struck")).toEqual([]);
    });

    async function start(name: string): Promise<ServerProcess> {
      const dataDir = join(folder, name);
      keys.set(dataDir, keys.get(dataDir) ?? freeTenant(dataDir, "acme", "limited"));
      const server = await serveProcess(dataDir, FLAGS, [], shim.env);
      urls.set(server, dataDir);
      servers.push(server);
      await expect.poll(() => readiness(server), PATIENT).toMatch(/^200/);
      return server;
    }

    /** What a disk that works gives. */
    async function calm(): Promise<unknown> {
      const server = await start("calm");
      for (let tick = 0; tick < TICKS; tick++) expect(await post(server, tick)).toBe("200");
      let before: unknown;
      let seen: unknown;
      do {
        before = seen;
        await pause(1000);
        seen = await resultsOf(server);
      } while (JSON.stringify(before) !== JSON.stringify(seen));
      return seen;
    }
  },
);

const keys = new Map<string, string>();
const urls = new Map<ServerProcess, string>();

function ask(server: ServerProcess, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${keys.get(urls.get(server)!)}` };
  const json = { "content-type": "application/json" };
  return fetch(server.url + path, { ...init, headers: { ...headers, ...json } });
}

/** Status, and of a refusal its code and how long to wait. */
async function post(
  server: ServerProcess,
  tick: number,
  nodes: readonly string[] = FLEET.nodes,
  ...metrics: readonly string[]
): Promise<string> {
  const fleet = metrics.length === 0 ? FLEET : { ...FLEET, metrics };
  const series = plantedSeries(fleet, tick * TICK, (tick + 1) * TICK);
  const own = asJson(series.filter(({ nodeId }) => nodes.includes(nodeId)));
  const reply = await ask(server, "/api/v1/ingest", { method: "POST", body: JSON.stringify(own) });
  const { code } = (await reply.json()) as { code?: string };
  if (reply.status === 200) return "200";
  return `${reply.status} ${code} after ${reply.headers.get("retry-after")}`;
}

async function readiness(server: ServerProcess): Promise<string> {
  const reply = await fetch(`${server.url}/readyz`);
  return `${reply.status} ${await reply.text()}`;
}

function reads(server: ServerProcess, paths: readonly string[]): Promise<number[]> {
  return Promise.all(paths.map(async (path) => (await ask(server, `/api/v1${path}`)).status));
}

async function resultsOf(server: ServerProcess): Promise<unknown> {
  const range = `from=${START}&to=${START + TICKS * TICK * MINUTE_MS}`;
  const paths = ["/nodes", `/scores?${range}`, `/findings?${range}`, `/anomalies?${range}`];
  return Promise.all(
    paths.map(async (path) => {
      const reply = await ask(server, `/api/v1${path}`);
      return { status: reply.status, body: await reply.json() };
    }),
  );
}

function soon<Value>(promise: Promise<Value>): Promise<Value | "late"> {
  return Promise.race([promise, pause(SOON_MS).then(() => "late" as const)]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
