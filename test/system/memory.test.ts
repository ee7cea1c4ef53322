import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeWriteRequest, snappy } from "../../packages/server/testing/remote-write-bytes.ts";
import {
  ask,
  freeTenant,
  newSeries,
  type Reply,
  ResidentWatch,
  send,
} from "../tooling/memory-stage.ts";
import { type ServerProcess, serveProcess } from "../tooling/server-process.ts";

const MEMORY_MIB = 700;
const FLAGS = ["--memory-max", `${MEMORY_MIB}MiB`, "--workers", "2"];
const SERIES_PER_BODY = 2000;
/** Without a bound these would take more than 2 GiB. */
const BODIES = 60;
/** 120 MB of labels: twice what all parts for them hold. */
const LABEL_BODIES = 40;
const REMOTE_WRITE = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

let folder: string;
let running: ServerProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-memory-"));
});
afterEach(async () => {
  running?.child.kill("SIGKILL");
  await running?.ended;
  rmSync(folder, { recursive: true, force: true });
});

async function started(): Promise<ServerProcess> {
  running = await serveProcess(folder, FLAGS);
  return running;
}

async function stopped(server: ServerProcess): Promise<void> {
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
}

describe("a server with a memory maximum", { timeout: 300_000 }, () => {
  it("refuses the new series of a tenant that sends them without end; others are served", async () => {
    const greedy = freeTenant(folder, "greedy", "free");
    const quiet = freeTenant(folder, "quiet", "limited");
    let server = await started();
    const watch = new ResidentWatch(server);
    const fromMs = Date.now() - 30 * MINUTE_MS;
    const quietReplies: Reply[] = [];
    const greedyReplies: Reply[] = [];
    for (let k = 0; k < BODIES; k++) {
      const body = newSeries(k * SERIES_PER_BODY, SERIES_PER_BODY, fromMs);
      greedyReplies.push(await send(server, greedy, "/ingest", body));
      // The quiet one has a new series with each push.
      quietReplies.push(await send(server, quiet, "/ingest", newSeries(0, k + 1, fromMs + k)));
      quietReplies.push(await ask(server, quiet, "/summary"));
    }
    expect(quietReplies.filter(({ status }) => status !== 200)).toEqual([]);
    const refused = greedyReplies.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(BODIES / 2);
    for (const { status, text, retryAfter } of refused) {
      // No sender makes room by sending again: nothing asks it to, and its other points are not held up.
      expect([status, retryAfter]).toEqual([422, null]);
      expect(text).toContain("memory-limit");
    }
    // What is known goes on.
    const again = newSeries(0, 500, fromMs + MINUTE_MS);
    expect((await send(server, greedy, "/ingest", again)).status).toBe(200);
    const before = JSON.parse((await ask(server, greedy, "/summary")).text);
    expect(watch.stop()).toBeLessThan(MEMORY_MIB);
    await stopped(server);

    server = await started();
    const later = new ResidentWatch(server);
    const after = JSON.parse((await ask(server, greedy, "/summary")).text);
    expect([after.series, after.points]).toEqual([before.series, before.points]);
    const next = newSeries(0, 500, fromMs + 2 * MINUTE_MS);
    expect((await send(server, greedy, "/ingest", next)).status).toBe(200);
    const fresh = newSeries(1e6, 1000, fromMs);
    expect((await send(server, greedy, "/ingest", fresh)).status).toBe(422);
    const more = newSeries(1000, 50, fromMs);
    expect((await send(server, quiet, "/ingest", more)).status).toBe(200);
    expect(later.stop()).toBeLessThan(MEMORY_MIB);
    await stopped(server);
  });

  it.each([
    ["that cannot be used", { cluster: "eu" }, [400]],
    ["for which there is no memory", { __name__: "cpu", instance: "n" }, [400]],
  ] as const)(
    "keeps nothing of label sets %s, however many there are",
    async (_, labels, expected) => {
      const greedy = freeTenant(folder, "greedy", "free");
      const quiet = freeTenant(folder, "quiet", "limited");
      const server = await started();
      const watch = new ResidentWatch(server);
      const nowMs = Date.now();
      let lastSeries = 0;
      for (let k = 0; k < LABEL_BODIES; k++) {
        const body = Uint8Array.from(snappy(encodeWriteRequest(longSets(labels, k, nowMs))));
        const { status } = await send(server, greedy, "/write", body, REMOTE_WRITE);
        if (k > 5) expect(expected).toContain(status);
        expect((await send(server, quiet, "/ingest", newSeries(0, 20, nowMs + k))).status).toBe(
          200,
        );
        const { series } = JSON.parse((await ask(server, greedy, "/summary")).text);
        if (k > LABEL_BODIES / 2) expect(series).toBe(lastSeries);
        lastSeries = series;
      }
      expect(watch.stop()).toBeLessThan(MEMORY_MIB);
      await stopped(server);
    },
  );

  it("holds when the longest reads are asked all at once", async () => {
    const greedy = freeTenant(folder, "greedy", "free");
    const quiet = freeTenant(folder, "quiet", "limited");
    const server = await started();
    const watch = new ResidentWatch(server);
    const endMs = Date.now();
    const fromMs = endMs - 720 * MINUTE_MS;
    await history(server, greedy, 240, fromMs, 720);
    const range = `from=${fromMs - 7 * DAY_MS}&to=${endMs}`;
    const paths = [
      `/scores?level=node&${range}&step=2m`,
      `/rankings?level=metric&${range}`,
      `/rankings?level=node&${range}`,
      `/calibration?${range}`,
    ];
    const many = Array.from({ length: 60 }, (_, k) => ask(server, greedy, paths[k % 4]!));
    const quietReplies: Reply[] = [];
    let isOver = false;
    const asking = (async () => {
      while (!isOver) quietReplies.push(await ask(server, quiet, "/summary"));
    })();
    const replies = await Promise.all(many);
    const statuses = new Set(replies.map(({ status }) => status));
    isOver = true;
    await asking;
    expect(statuses).toContain(200);
    const odd = replies.filter(({ status }) => ![200, 429, 503].includes(status));
    expect(odd.map(({ text }) => text)).toEqual([]);
    expect(quietReplies.every(({ status }) => status === 200)).toBe(true);
    expect(watch.stop()).toBeLessThan(MEMORY_MIB);
    await stopped(server);
  });
});

/** Series with a label of almost a kilobyte each, none like another. */
function longSets(labels: Readonly<Record<string, string>>, round: number, atMs: number) {
  return Array.from({ length: 3000 }, (_, k) => ({
    labels: { ...labels, long: `${round}-${k}-${"x".repeat(900)}` },
    samples: [{ atMs, value: k }],
  }));
}

async function history(
  server: ServerProcess,
  key: string,
  count: number,
  fromMs: number,
  minutes: number,
): Promise<void> {
  for (let first = 0; first < minutes; first += 60) {
    const series = Array.from({ length: count }, (_, k) => ({
      cluster: "eu",
      node: `node-${Math.floor(k / 50)}`,
      metric: `metric_number_${k % 50}`,
      points: Array.from({ length: 60 }, (_, m) => [
        fromMs + (first + m) * MINUTE_MS,
        Math.sin(m + k) + ((m * k) % 7),
      ]),
    }));
    const { status } = await send(server, key, "/ingest", JSON.stringify({ series }));
    expect(status).toBe(200);
  }
}
