import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { MINUTE_MS } from "@foreshock/core/fold";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { writeRequest } from "./write-request.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const SERIES_PER_NODE = 12;
const SERIES_PER_REQUEST = 5000;
const REQUESTS_AT_ONCE = 4;
/** Clock ticks a second in /proc/PID/stat on Linux. */
const TICKS = 100;

export interface RemoteWriteFigures {
  readonly series: number;
  readonly points: number;
  /** From the first request to the last point scored and folded; the sender shares the machine. */
  readonly pointsPerSecond: number;
  readonly pointsPerServerCpuSecond: number;
  /** What the sender took beside it; its bodies are built before the clock starts. */
  readonly senderCpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly bytesPerPoint: number;
  /** Resident memory of the server over that of an idle one, with everything in it. */
  readonly residentBytesPerSeries: number;
}

export interface RemoteWriteLoad {
  readonly series: number;
  readonly scrapes: number;
  /** Flags of node for the server: profiles. */
  readonly nodeFlags?: readonly string[];
}

/** Real remote write over loopback into a real server: until durable, scored and rolled up. Linux. */
export async function measureRemoteWrite(load: RemoteWriteLoad): Promise<RemoteWriteFigures> {
  const { series, scrapes } = load;
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - scrapes * MINUTE_MS;
  const bodies = Array.from({ length: scrapes }, (_, k) =>
    bodiesAt(series, startMs + k * MINUTE_MS),
  );
  const dir = mkdtempSync(join(tmpdir(), "foreshock-bench-"));
  const key = prepare(dir);
  const server = await start(dir, load.nodeFlags ?? []);
  const sender: Sender = { url: server.url, key, agent: new Agent({ keepAlive: true }) };
  try {
    const idle = readings(server.child);
    const idleSender = process.cpuUsage();
    const began = performance.now();
    for (const scrape of bodies) await sendAll(sender, scrape);
    await scored(sender);
    const seconds = (performance.now() - began) / 1000;
    const busySender = process.cpuUsage(idleSender);
    const busy = readings(server.child);
    const points = series * scrapes;
    const serverCpuSeconds = busy.cpuSeconds - idle.cpuSeconds;
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
    return {
      series,
      points,
      pointsPerSecond: points / seconds,
      pointsPerServerCpuSecond: points / serverCpuSeconds,
      serverCpuSeconds,
      senderCpuSeconds: (busySender.user + busySender.system) / 1e6,
      bytesPerPoint: bytesIn(dir) / points,
      residentBytesPerSeries: (busy.residentBytes - idle.residentBytes) / series,
    };
  } finally {
    sender.agent.destroy();
    server.child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Sender {
  readonly url: string;
  readonly key: string;
  readonly agent: Agent;
}

function prepare(dir: string): string {
  const control = ControlDb.open(join(dir, "control.db"), () => Date.now());
  control.ensureTenant("bench");
  const wide = { pointsPerSecond: 1e9, pointsBurst: 1e9, ingestRequestsPerSecond: 1e6 };
  control.changeSettings("bench", {
    limits: { ...wide, queryRequestsPerSecond: 1e6, activeSeriesMax: 1e7 },
  });
  const { token } = control.createKey({ tenant: "bench", scope: "manage" });
  control.close();
  return token;
}

async function start(
  dir: string,
  nodeFlags: readonly string[],
): Promise<{ child: ChildProcess; url: string }> {
  const flags = [...nodeFlags, MAIN, "serve", "--port", "0", "--data-dir", dir];
  const child = spawn(process.execPath, [...process.execArgv, ...flags], {
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

async function sendAll(sender: Sender, bodies: readonly Buffer[]): Promise<void> {
  const waiting = [...bodies];
  const worker = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      await post(sender, body);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker));
}

/** The requests of one scrape: one sample of every series. */
function bodiesAt(series: number, atMs: number): Buffer[] {
  const starts: number[] = [];
  for (let first = 0; first < series; first += SERIES_PER_REQUEST) starts.push(first);
  return starts.map((first) => body(first, Math.min(series, first + SERIES_PER_REQUEST), atMs));
}

function body(first: number, end: number, atMs: number): Buffer {
  const samples = Array.from({ length: end - first }, (_, k) => {
    const id = first + k;
    const node = Math.floor(id / SERIES_PER_NODE);
    const minute = atMs / MINUTE_MS;
    const noise = (Math.imul(id * 7919 + minute, 0x9e3779b1) >>> 0) / 2 ** 32;
    return {
      labels: [
        ["__name__", `metric_${id % SERIES_PER_NODE}`],
        ["cluster", `cluster-${node % 10}`],
        ["instance", `node-${node}`],
      ] as const,
      value: Math.round(100 * (50 + 10 * Math.sin(minute / 229) + 5 * noise)) / 100,
      atMs,
    };
  });
  return writeRequest(samples);
}

async function post({ url, key, agent }: Sender, bytes: Buffer): Promise<void> {
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "content-length": bytes.length,
    "x-prometheus-remote-write-version": "0.1.0",
  };
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const sent = request(`${url}/api/v1/write`, { method: "POST", agent, headers }, (reply) => {
        textOf(reply).then((text) => resolve({ status: reply.statusCode ?? 0, text }), reject);
      });
      sent.on("error", reject);
      sent.end(bytes);
    },
  );
  if (status !== 204) throw new Error(`${status} ${text}`);
}

async function textOf(reply: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of reply) text += String(chunk);
  return text;
}

async function scored({ url, key }: Sender): Promise<void> {
  for (;;) {
    const reply = await fetch(`${url}/api/v1/health`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { backlogPoints } = (await reply.json()) as { backlogPoints: number };
    if (backlogPoints === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function readings({ pid }: ChildProcess): { cpuSeconds: number; residentBytes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]!;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    residentBytes: 1024 * Number(resident),
  };
}

function bytesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
