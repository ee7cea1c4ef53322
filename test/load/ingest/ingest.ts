import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FROM_SOURCE } from "../../tooling/from-source.ts";
import { LoadClient } from "../load-client.ts";
import { WIDE } from "../load-server.ts";
import { type IngestShape, type Sending, STEP_MS } from "./shape.ts";

const SENDER = join(import.meta.dirname, "sender.ts");
const HERE = resolve(import.meta.dirname, "../../..");
/** Series of all tenants together. */
const SERIES = 8000;
/** Bodies under way at once, of all tenants together where these are fewer. */
const BODIES_AT_ONCE = 4;
/** Points sent before the clock starts: code that is not compiled yet, and a grid that is not chosen. */
const WARM_POINTS = 400_000;
/** Clock ticks a second in /proc on Linux. */
const TICKS = 100;
const LOOK_MS = 50;
/** Of what the server says to people. */
const SAID_MAX = 10_000;

export interface IngestOptions {
  /** Checkouts of the repository whose servers are measured, in turn; this one without. */
  readonly trees: readonly string[];
  readonly points: number;
  readonly runs: number;
  /** Flags of node for the server, for profiles; what they print is shown. */
  readonly nodeFlags: readonly string[];
  readonly tenants: readonly number[];
  readonly pointsEach: readonly number[];
  readonly advanced: (what: unknown) => void;
}

export interface IngestFigures {
  readonly tree: string;
  readonly tenants: number;
  /** Of each series in a body. */
  readonly pointsEach: number;
  readonly points: number;
  /** From the first request to the last acknowledgement. */
  readonly takenPerSecond: number;
  /** From the first request to the last point scored and folded. */
  readonly foldedPerSecond: number;
  /** CPU time of the server for a point. */
  readonly cpuUsPerPoint: number;
  /** The same for each thread, by the name that the system has for it. */
  readonly cpuUsByThread: readonly ThreadShare[];
  readonly load: number;
}

export interface ThreadShare {
  readonly name: string;
  /** CPU time for a point. */
  readonly us: number;
}

/** Remote write into `foreshock serve`, from a process of its own, until all is durable and folded. Linux. */
export async function measureIngest(options: IngestOptions): Promise<IngestFigures[]> {
  const { points, runs, tenants, pointsEach, advanced } = options;
  const trees = options.trees.length === 0 ? [HERE] : options.trees.map((tree) => resolve(tree));
  const figures: IngestFigures[] = [];
  for (const tenantCount of tenants) {
    for (const each of pointsEach) {
      const shape = shapeOf(tenantCount, each, points);
      for (let run = 0; run < runs; run++) {
        for (const tree of trees) {
          const one = await measure(tree, shape, options.nodeFlags);
          advanced(one);
          figures.push(one);
        }
      }
    }
  }
  return figures;
}

function shapeOf(tenants: number, pointsEach: number, points: number): IngestShape {
  return {
    tenants,
    seriesEach: Math.ceil(SERIES / tenants),
    bodiesAtOnce: Math.max(1, Math.floor(BODIES_AT_ONCE / tenants)),
    pointsEach,
    rounds: Math.ceil(points / SERIES / pointsEach),
  };
}

async function measure(
  tree: string,
  shape: IngestShape,
  nodeFlags: readonly string[],
): Promise<IngestFigures> {
  const dir = mkdtempSync(join(tmpdir(), "foreshock-ingest-"));
  const keys = await keysIn(tree, dir, shape.tenants);
  const { child, url } = await started(tree, dir, nodeFlags);
  const clients = keys.map((key) => new LoadClient(url, key));
  const warm = { ...shape, rounds: Math.ceil(WARM_POINTS / SERIES / shape.pointsEach) };
  const steps = (warm.rounds + shape.rounds) * shape.pointsEach;
  const warmMs = (Math.floor(Date.now() / STEP_MS) - steps) * STEP_MS;
  const startMs = warmMs + warm.rounds * warm.pointsEach * STEP_MS;
  try {
    for (const client of clients) await ready(client);
    await send({ url, keys, shape: warm, startMs: warmMs });
    for (const client of clients) await folded(client);
    const idle = threadsOf(child);
    const beganMs = performance.now();
    await send({ url, keys, shape, startMs });
    const takenMs = performance.now() - beganMs;
    for (const client of clients) await folded(client);
    const foldedMs = performance.now() - beganMs;
    const points = shape.seriesEach * shape.tenants * shape.pointsEach * shape.rounds;
    const cpuUsByThread = spentPerPoint(idle, threadsOf(child), points);
    return {
      tree,
      tenants: shape.tenants,
      pointsEach: shape.pointsEach,
      points,
      takenPerSecond: (1000 * points) / takenMs,
      foldedPerSecond: (1000 * points) / foldedMs,
      cpuUsPerPoint: cpuUsByThread.reduce((sum, { us }) => sum + us, 0),
      cpuUsByThread,
      load: loadavg()[0]!,
    };
  } finally {
    for (const client of clients) client.end();
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Tenants whose limits are wide, made by the measured tree's own code: its tables may be others. */
async function keysIn(tree: string, dir: string, tenants: number): Promise<string[]> {
  const file = join(tree, "packages/server/src/tenant/control-db.ts");
  const { ControlDb } = (await import(
    pathToFileURL(file).href
  )) as typeof import("../../../packages/server/src/tenant/control-db.ts");
  const control = ControlDb.open(join(dir, "control.db"), () => Date.now());
  const { knownSeriesMax, seriesBytesMax, ...limits } = WIDE;
  const keys = Array.from({ length: tenants }, (_, k) => {
    const tenant = `load-${k}`;
    control.ensureTenant(tenant);
    control.changeSettings(tenant, { limits });
    return control.createKey({ tenant, scope: "manage" }).token;
  });
  control.close();
  return keys;
}

async function started(
  tree: string,
  dir: string,
  nodeFlags: readonly string[],
): Promise<{ child: ChildProcess; url: string }> {
  const main = join(tree, "packages/server/src/main.ts");
  const args = [FROM_SOURCE, ...nodeFlags, main, "serve", "--port", "0", "--data-dir", dir];
  const printed = nodeFlags.length === 0 ? "ignore" : "inherit";
  const child = spawn(process.execPath, args, { stdio: ["ignore", printed, "pipe"], cwd: tree });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  child.stderr!.on("data", (part) => {
    if (nodeFlags.length > 0) process.stderr.write(part);
    text = (text + String(part)).slice(-SAID_MAX);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    if (url !== undefined) resolve(url);
  });
  child.once("exit", () => reject(new Error(`the server ended: ${text}`)));
  return { child, url: await promise };
}

async function send(sending: Sending): Promise<void> {
  const sender = spawn(process.execPath, [FROM_SOURCE, SENDER], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  sender.stdin.end(JSON.stringify(sending));
  const [code] = await once(sender, "exit");
  if (code !== 0) throw new Error(`the sender ended with ${String(code)}`);
}

/** The port may be open before the tenants are there. */
async function ready(client: LoadClient): Promise<void> {
  while ((await client.send({ path: "/health" })).status !== 200) await look();
}

async function folded(client: LoadClient): Promise<void> {
  while ((await client.get("/health")).backlogPoints !== 0) {
    await look();
  }
}

function look(): Promise<void> {
  return new Promise((next) => setTimeout(next, LOOK_MS));
}

interface ThreadTime {
  readonly name: string;
  readonly cpuSeconds: number;
}

/** CPU time of each thread, by its number. */
function threadsOf({ pid }: ChildProcess): ReadonlyMap<string, ThreadTime> {
  const dir = `/proc/${pid}/task`;
  return new Map(
    readdirSync(dir).map((thread) => {
      const text = readFileSync(`${dir}/${thread}/stat`, "utf8");
      const end = text.lastIndexOf(")");
      const fields = text.slice(end + 2).split(" ");
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
      return [thread, { name: text.slice(text.indexOf("(") + 1, end), cpuSeconds }];
    }),
  );
}

/** In order of their start. */
function spentPerPoint(
  before: ReadonlyMap<string, ThreadTime>,
  after: ReadonlyMap<string, ThreadTime>,
  points: number,
): ThreadShare[] {
  return Array.from(after, ([thread, { name, cpuSeconds }]) => {
    const seconds = cpuSeconds - (before.get(thread)?.cpuSeconds ?? 0);
    return { name, us: (1e6 * seconds) / points };
  });
}
