import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { writeRequest } from "./write-request.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const SERIES_PER_NODE = 12;
const SERIES_PER_REQUEST = 5000;
const REQUESTS_AT_ONCE = 4;
const MINUTE_MS = 60_000;
/** Clock ticks a second in /proc/PID/stat on Linux. */
const TICKS = 100;

export interface RemoteWriteFigures {
  readonly series: number;
  readonly points: number;
  /** From the first request to the last point scored and folded; the sender shares the machine. */
  readonly pointsPerSecond: number;
  readonly pointsPerServerCpuSecond: number;
  readonly bytesPerPoint: number;
  /** Resident memory of the server over that of an idle one, with everything in it. */
  readonly residentBytesPerSeries: number;
}

/** Real remote write over loopback into a real server: until durable, scored and rolled up. Linux. */
export async function measureRemoteWrite(
  series: number,
  scrapes: number,
): Promise<RemoteWriteFigures> {
  const dir = mkdtempSync(join(tmpdir(), "foreshock-bench-"));
  const key = prepare(dir);
  const server = await start(dir);
  try {
    const idle = readings(server.child);
    const began = performance.now();
    const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - scrapes * MINUTE_MS;
    for (let scrape = 0; scrape < scrapes; scrape++) {
      await sendScrape(server.url, key, series, startMs + scrape * MINUTE_MS);
    }
    await scored(server.url, key);
    const seconds = (performance.now() - began) / 1000;
    const busy = readings(server.child);
    const points = series * scrapes;
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
    return {
      series,
      points,
      pointsPerSecond: points / seconds,
      pointsPerServerCpuSecond: points / (busy.cpuSeconds - idle.cpuSeconds),
      bytesPerPoint: bytesIn(dir) / points,
      residentBytesPerSeries: (busy.residentBytes - idle.residentBytes) / series,
    };
  } finally {
    server.child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
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

async function start(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0", "--data-dir", dir], {
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

async function sendScrape(url: string, key: string, series: number, atMs: number): Promise<void> {
  const starts: number[] = [];
  for (let first = 0; first < series; first += SERIES_PER_REQUEST) starts.push(first);
  const sender = async (): Promise<void> => {
    for (let first = starts.shift(); first !== undefined; first = starts.shift()) {
      await post(url, key, body(first, Math.min(series, first + SERIES_PER_REQUEST), atMs));
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, sender));
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

async function post(url: string, key: string, bytes: Buffer): Promise<void> {
  const reply = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
    body: new Uint8Array(bytes),
  });
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
  await reply.arrayBuffer();
}

async function scored(url: string, key: string): Promise<void> {
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
