import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY_MS } from "@foreshock/core/fold";
import { afterEach, describe, expect, it } from "vitest";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import type { SettingsPatch } from "../../packages/server/src/tenant/tenant-settings.ts";
import { encodeWriteRequest, snappy } from "../../packages/server/testing/remote-write-bytes.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const START = Date.UTC(2026, 5, 1);
/** Nothing in plain noise is as rare as this, so no finding opens. */
const RARE_DAYS = 365;
/** Plain noise comes this far about twenty times per day. */
const OFTEN_DAYS = 0.05;

describe("settings of a tenant that change", () => {
  const folders: string[] = [];
  let server: TestServer;

  afterEach(async () => {
    await server.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it("give the fold another alert budget from the next step on, while the server runs", async () => {
    server = await serverAt(newFolder());
    server.running.control.changeSettings("a", { budgetDays: RARE_DAYS });
    await sendDays(server, 0, 5);
    expect(await openings(server)).toEqual([]);
    server.running.control.changeSettings("a", { budgetDays: OFTEN_DAYS });
    await sendDays(server, 5, 6);
    await expectManyFrom(server, START + 5 * DAY_MS);
    expect((await server.get("a", "/summary")).budgetDays).toBe(OFTEN_DAYS);
  });

  it("give a restored fold another alert budget when they changed while the server was down", async () => {
    const dataDir = newFolder();
    server = await serverAt(dataDir);
    server.running.control.changeSettings("a", { budgetDays: RARE_DAYS });
    await sendDays(server, 0, 5);
    expect(await openings(server)).toEqual([]);
    await server.close();
    changeFromOutside(dataDir, { budgetDays: OFTEN_DAYS });

    server = await serverAt(dataDir);
    expect((await server.get("a", "/summary")).budgetDays).toBe(OFTEN_DAYS);
    await sendDays(server, 5, 6);
    await expectManyFrom(server, START + 5 * DAY_MS);
  });

  it("choose the grid until the data have chosen it, and are refused with a reason after that", async () => {
    const dataDir = newFolder();
    server = await serverAt(dataDir);
    await sendPoints(server, START, START + 3 * STEP_MS);
    server.running.control.changeSettings("a", { stepMs: 2 * STEP_MS });
    await sendPoints(server, START + 3 * STEP_MS, START + 60 * STEP_MS);
    expect(await stepMs(server)).toBe(2 * STEP_MS);
    const { control } = server.running;
    expect(() => control.changeSettings("a", { stepMs: STEP_MS })).toThrow(
      "the grid is fixed at 600000 ms",
    );
    await server.close();

    server = await serverAt(dataDir);
    expect(await stepMs(server)).toBe(2 * STEP_MS);
    expect(() => server.running.control.changeSettings("a", { stepMs: STEP_MS })).toThrow("fixed");
  });

  it("map other labels with the next request", async () => {
    server = await serverAt(newFolder());
    const labels = { __name__: "up", zone: "eu", job: "api", instance: "n1" };
    const body = snappy(encodeWriteRequest([{ labels, samples: [{ atMs: START, value: 1 }] }]));
    const write = () =>
      fetch(`${server.url}/api/v1/write`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${server.keys("a").ingest}`,
          "content-type": "application/x-protobuf",
          "content-encoding": "snappy",
        },
        body: new Uint8Array(body),
      });
    expect((await write()).status).toBe(204);
    server.running.control.changeSettings("a", { labels: { cluster: ["zone"] } });
    expect((await write()).status).toBe(204);
    const { data } = await server.get("a", "/clusters");
    expect(data.map(({ cluster }: { cluster: string }) => cluster)).toEqual(["api", "eu"]);
  });

  it("hold other limits with the next request", async () => {
    server = await serverAt(newFolder());
    const { control } = server.running;
    const one = (node: string) => ({
      series: [{ cluster: "eu", node, metric: "cpu", points: [[START, 1]] }],
    });
    expect((await server.post("a", "/ingest", one("n1"))).status).toBe(200);
    control.changeSettings("a", { limits: { activeSeriesMax: 1 } });
    expect((await server.post("a", "/ingest", one("n2"))).status).toBe(422);
    control.changeSettings("a", { limits: { activeSeriesMax: 2 } });
    expect((await server.post("a", "/ingest", one("n2"))).status).toBe(200);
    control.changeSettings("a", { limits: { pointsPerSecond: 1e-6, pointsBurst: 1 } });
    expect((await server.post("a", "/ingest", one("n1"))).status).toBe(200);
    expect((await server.post("a", "/ingest", one("n1"))).status).toBe(429);
  });

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "foreshock-settings-"));
    folders.push(folder);
    return folder;
  }
});

/** Its clock stands still, so nothing but a change itself can make a setting known. */
function serverAt(dataDir: string): Promise<TestServer> {
  return startTestServer({ tenants: ["a"], dataDir, now: () => START + 10 * DAY_MS });
}

function changeFromOutside(dataDir: string, patch: SettingsPatch): void {
  const control = ControlDb.open(join(dataDir, "control.db"), Date.now);
  control.changeSettings("a", patch);
  control.close();
}

async function sendDays(server: TestServer, from: number, to: number): Promise<void> {
  for (let day = from; day < to; day++) {
    await sendPoints(server, START + day * DAY_MS, START + (day + 1) * DAY_MS);
  }
}

async function sendPoints(server: TestServer, fromMs: number, toMs: number): Promise<void> {
  const series = [];
  for (let n = 0; n < 3; n++) {
    for (const metric of ["cpu", "load", "latency"]) {
      const points = [];
      for (let at = fromMs; at < toMs; at += STEP_MS) points.push([at, noise(n, metric, at)]);
      series.push({ cluster: "eu", node: `node-${n}`, metric, points });
    }
  }
  const { status } = await server.post("a", "/ingest", { series });
  expect(status).toBe(200);
  await server.running.platform.settled();
}

/** Hashed uniforms, summed: about normal. */
function noise(node: number, metric: string, atMs: number): number {
  let sum = 0;
  for (let k = 0; k < 6; k++) {
    let h = Math.imul(
      atMs / STEP_MS + 7919 * node + 104_729 * metric.length + 1_299_709 * k,
      0x9e3779b1,
    );
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    sum += ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return 50 + sum;
}

async function openings(server: TestServer): Promise<number[]> {
  const { data } = await server.get(
    "a",
    `/findings?from=${START}&to=${START + 10 * DAY_MS}&limit=500`,
  );
  return data.map(({ openedAt }: { openedAt: string }) => Date.parse(openedAt));
}

async function expectManyFrom(server: TestServer, fromMs: number): Promise<void> {
  const opened = await openings(server);
  expect(opened.length).toBeGreaterThan(3);
  expect(Math.min(...opened)).toBeGreaterThanOrEqual(fromMs - STEP_MS);
}

async function stepMs({ running }: TestServer): Promise<number | undefined> {
  const states = await running.platform.states();
  return states.flatMap(({ tenants }) => tenants).find(({ tenantId }) => tenantId === "a")?.stepMs;
}
