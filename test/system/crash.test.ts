import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { FROM_SOURCE } from "../tooling/from-source.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const ROUNDS = 20;
const WRITERS = 4;
const METRICS = ["cpu", "load", "disk"];
const STEP_MS = 60_000;
/** Points of a series in one post; every third post is long enough to go past the store's log. */
const SHORT = 20;
const LONG = 120;
const TICKS_MAX = 400;
const START = Math.floor((Date.now() - 40 * 86_400_000) / 86_400_000) * 86_400_000;

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
}

describe(`${ROUNDS} rounds of kill -9 under ${WRITERS} writers`, () => {
  const folder = mkdtempSync(join(tmpdir(), "foreshock-crash-"));
  const keys = { killed: "", calm: "" };
  let ticks = 0;
  let kills = 0;

  beforeAll(async () => {
    for (const name of ["killed", "calm"] as const) {
      const control = ControlDb.open(join(folder, name, "control.db"), () => Date.now());
      control.ensureTenant("acme");
      keys[name] = control.createKey({ tenant: "acme", scope: "manage" }).token;
      const free = { pointsPerSecond: 1e9, pointsBurst: 1e9, queryRequestsPerSecond: 1e6 };
      control.changeSettings("acme", { limits: { ...free, ingestRequestsPerSecond: 1e6 } });
      control.close();
    }
    for (let round = 0; round < ROUNDS; round++) {
      const served = await serve("killed");
      const killAt = Date.now() + 150 + ((round * 97) % 350);
      const writing = write(served, keys.killed, () => Date.now() < killAt + 5000);
      await new Promise((resolve) => setTimeout(resolve, killAt - Date.now()));
      served.child.kill("SIGKILL");
      kills++;
      await once(served.child, "exit");
      await writing;
    }
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("loses and doubles no acknowledged point, and ends with the results of an uninterrupted run", async () => {
    expect(kills).toBe(ROUNDS);
    expect(ticks).toBeGreaterThan(ROUNDS);
    const killed = await serve("killed");
    const calm = await serve("calm");
    try {
      // The tick that was cut off by the last kill is sent again; the calm server gets all in order.
      await postTick(killed, keys.killed, ticks);
      for (let tick = 0; tick <= ticks; tick++) await postTick(calm, keys.calm, tick);
      const survived = await everything(killed, keys.killed);
      const wanted = await everything(calm, keys.calm);
      const times = survived.points.flat();
      expect(new Set(times).size).toBe(times.length);
      expect(survived.points).toEqual(wanted.points);
      expect(survived.anomalies.length).toBeGreaterThan(0);
      expect(survived.anomalies).toEqual(wanted.anomalies);
      expect(survived.alarms.some((row) => row.heldFrom !== null)).toBe(true);
      expect(survived.alarms).toEqual(wanted.alarms);
      expect(survived.scores).toEqual(wanted.scores);
      expect(survived.findings).toEqual(wanted.findings);
    } finally {
      for (const { child } of [killed, calm]) child.kill("SIGKILL");
    }
  }, 300_000);

  /** Lockstep: a tick is posted again until all writers have their acknowledgement. */
  async function write(served: Served, key: string, goOn: () => boolean): Promise<void> {
    while (goOn() && ticks < TICKS_MAX) {
      try {
        await postTick(served, key, ticks);
        ticks++;
      } catch (error) {
        // The server was killed: the tick is sent again in the next round.
        if (error instanceof TypeError || killed(error)) return;
        throw error;
      }
    }
  }

  async function serve(name: "killed" | "calm"): Promise<Served> {
    const dataDir = join(folder, name);
    const args = ["serve", "--port", "0", "--data-dir", dataDir, "--log-level", "error"];
    const child = spawn(process.execPath, [FROM_SOURCE, MAIN, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    for await (const chunk of child.stderr!) {
      text += String(chunk);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) return { child, url };
    }
    throw new Error(`the server did not start: ${text}`);
  }
});

/** A connection that broke while the reply was being read. */
function killed(error: unknown): boolean {
  return error instanceof Error && /terminated|aborted|socket/i.test(error.message);
}

async function postTick({ url }: Served, key: string, tick: number): Promise<void> {
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const reply = await fetch(`${url}/api/v1/ingest`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({
          series: METRICS.map((metric, m) => seriesOf(writer, metric, m, tick)),
        }),
      });
      if (reply.status !== 200) throw new Error(`${reply.status} ${await reply.text()}`);
      const report = (await reply.json()) as { rejectedPoints: number };
      if (report.rejectedPoints > 0) throw new Error(JSON.stringify(report));
    }),
  );
}

function seriesOf(writer: number, metric: string, m: number, tick: number) {
  const [first, count] = spanOf(tick);
  const points = Array.from({ length: count }, (_, k) => {
    const i = first + k;
    return [START + i * STEP_MS, valueAt(writer, m, i)];
  });
  return { cluster: "eu", node: `node-${writer}`, metric, points };
}

/** Ticks are short, short, long, short, short, long ... */
function spanOf(tick: number): [first: number, count: number] {
  const whole = Math.floor(tick / 3);
  const rest = tick % 3;
  return [whole * (2 * SHORT + LONG) + rest * SHORT, rest === 2 ? LONG : SHORT];
}

function valueAt(writer: number, metric: number, i: number): number {
  let h = Math.imul(i * 31 + writer * 7919 + metric * 104_729, 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const spike = i % 997 < 4 && writer === Math.floor(i / 997) % WRITERS ? 40 : 0;
  // A level that stays for ten hours every thirty: an alarm that is held while kills go on.
  const shift = Math.floor(i / 600) % 3 === 1 && writer === 0 && metric === 0 ? 40 : 0;
  const daily = 10 * Math.sin((2 * Math.PI * i) / 1440);
  return Math.round(100 * (50 + daily + 4 * noise + spike + shift)) / 100;
}

async function everything({ url }: Served, key: string) {
  // biome-ignore lint/suspicious/noExplicitAny: compared as it comes.
  const get = async (path: string): Promise<any> => {
    const reply = await fetch(`${url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(reply.status).toBe(200);
    return reply.json();
  };
  const range = `from=${START}&to=${Date.now()}`;
  let backlog = 1;
  while (backlog > 0) backlog = (await get("/health")).backlogPoints;
  const points: string[][] = [];
  for (const { id, node, metric } of (await get("/series?limit=1000")).data) {
    const rows: string[] = [];
    for (let from = START; from < Date.now(); from += 10 * 86_400_000) {
      const to = from + 10 * 86_400_000;
      const { columns } = await get(`/series/${id}/points?from=${from}&to=${to}&maxPoints=20000`);
      columns.at.forEach((at: number, k: number) => {
        const scores = `${columns.score[k]} ${columns.alarmScore[k]}`;
        rows.push(`${node} ${metric} ${at} ${columns.value[k]} ${scores}`);
      });
    }
    points.push(rows);
  }
  const anomalies = (await get(`/anomalies?${range}&minScore=0.5&sort=time&limit=1000`)).data;
  const alarms: { id: string; heldFrom: string | null }[] = (
    await get(`/alarms?${range}&limit=1000`)
  ).data.sort((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
  const scores = await get(`/scores?level=node&${range}&step=1h`);
  const findings = (await get(`/findings?${range}`)).data;
  return { points: points.sort(), anomalies, alarms, scores, findings };
}
