import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const START = Date.UTC(2026, 2, 2);
const SPAN_MINUTES = 26 * 60;

interface Sample {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

describe("series that join while the server runs", () => {
  const folders: string[] = [];

  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it("stop nobody when they live five minutes, as the pod of a CronJob does; nor after a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "foreshock-joining-"));
    folders.push(dataDir);
    const first = await serverAt(dataDir);
    for (let minute = 0; minute < 240; minute++) {
      const { status } = await first.post("a", "/ingest", { series: cronMinute(minute) });
      expect(status).toBe(200);
      // Every step is folded by itself, so that the columns of old steps are used again.
      await first.running.platform.settled();
    }
    const before = await scoresByNode(first, 240);
    expect(before.get("probe")).toBeGreaterThan(200);
    await first.close();

    const second = await serverAt(dataDir);
    expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
    expect(await scoresByNode(second, 240)).toEqual(before);
    await second.close();
  });

  it("take no score from the node they appear on: three error codes seen for one minute", async () => {
    const [joined, plain] = [await labelRun(true), await labelRun(false)];
    expect(joined.scored).toEqual(plain.scored);
    expect(joined.scored.get("web-0")).toBeGreaterThan(SPAN_MINUTES - 120);
    expect(plain.findings).toHaveLength(1);
    expect(joined.findings).toEqual(plain.findings);
  });
});

function serverAt(dataDir: string): Promise<TestServer> {
  return startTestServer({ tenants: ["a"], dataDir, now: () => START + SPAN_MINUTES * MINUTE_MS });
}

/** 60 series of a minute, one of 15 seconds, and from minute 225 on six series for five minutes. */
function cronMinute(minute: number): Sample[] {
  const at = START + minute * MINUTE_MS;
  const all: Sample[] = [];
  for (let s = 0; s < 60; s++) {
    const [node, metric] = [`web-${s % 3}`, `m${Math.floor(s / 3)}`];
    all.push({ cluster: "web", node, metric, points: [[at, 50 + s + ((7 * minute + s) % 5)]] });
  }
  const quarters = [0, 1, 2, 3].map(
    (q) => [at + q * 15_000, 10 + ((minute + q) % 3)] as [number, number],
  );
  all.push({ cluster: "blackbox", node: "probe", metric: "rtt", points: quarters });
  if (minute < 225 || minute >= 230) return all;
  for (let m = 0; m < 6; m++) {
    const points = [[at, 5 + ((minute + m) % 3)] as [number, number]];
    all.push({ cluster: "cron", node: "report-28374", metric: `p${m}`, points });
  }
  return all;
}

async function labelRun(withLabels: boolean) {
  const server = await startTestServer({
    tenants: ["a"],
    now: () => START + SPAN_MINUTES * MINUTE_MS,
  });
  const dice = seeded(7);
  for (let from = 0; from < SPAN_MINUTES; from += 10) {
    const series = webMinutes(from, dice);
    if (withLabels && from === SPAN_MINUTES - 180) series.push(...errorCodes(from));
    expect((await server.post("a", "/ingest", { series })).status).toBe(200);
    await server.running.platform.settled();
  }
  const range = `from=${START}&to=${START + SPAN_MINUTES * MINUTE_MS}`;
  const { data } = await server.get("a", `/findings?${range}`);
  const findings = data.map(({ openedAt, node }: { openedAt: string; node: string }) => ({
    openedAt,
    node,
  }));
  const scored = await scoresByNode(server, SPAN_MINUTES);
  await server.close();
  return { findings, scored };
}

/** Ten minutes of two nodes with 32 metrics; eight of web-0 jump for half an hour near the end. */
function webMinutes(from: number, dice: () => number): Sample[] {
  const all: Sample[] = [];
  for (let s = 0; s < 64; s++) {
    const [n, m] = [Math.floor(s / 32), s % 32];
    const points = Array.from({ length: 10 }, (_, k) => {
      const minute = from + k;
      const inFault = minute >= SPAN_MINUTES - 40 && minute < SPAN_MINUTES - 10;
      const odd = n === 0 && m < 8 && inFault ? 14 : 0;
      const noise = 2 * (dice() + dice() + dice() - 1.5);
      return [START + minute * MINUTE_MS, 50 + m + noise + odd] as [number, number];
    });
    all.push({ cluster: "web", node: `web-${n}`, metric: `m${m}`, points });
  }
  return all;
}

function errorCodes(from: number): Sample[] {
  return [500, 502, 503].map((code) => ({
    cluster: "web",
    node: "web-0",
    metric: `http_requests{code="${code}"}`,
    points: [[START + from * MINUTE_MS, 1]],
  }));
}

/** How many minutes of each node have a score. */
async function scoresByNode(server: TestServer, minutes: number): Promise<Map<string, number>> {
  const range = `from=${START}&to=${START + minutes * MINUTE_MS}`;
  const { times, entities, score } = await server.get("a", `/scores?level=node&${range}&step=1m`);
  const counts = new Map<string, number>();
  (entities.node as string[]).forEach((node, e) => {
    const own = (score as (number | null)[]).slice(e * times.length, (e + 1) * times.length);
    counts.set(node, own.filter((value) => value !== null).length);
  });
  return counts;
}

/** Numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
