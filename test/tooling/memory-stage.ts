import { readFileSync } from "node:fs";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import type { ServerProcess } from "./server-process.ts";

const MIB = 2 ** 20;
const SAMPLE_MS = 50;
/** Rates that nothing in a test reaches, so that memory alone decides. */
const FREE = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  ingestRequestsPerSecond: 1e6,
  queryRequestsPerSecond: 1e6,
};
/** Neither do series. */
const MANY_SERIES = { activeSeriesMax: 1e7, knownSeriesMax: 1e7, seriesBytesMax: 1e12 };

/** A key of a tenant that no rate stops; `series` = also no limit of series. */
export function freeTenant(dataDir: string, tenant: string, series: "limited" | "free"): string {
  const control = ControlDb.open(`${dataDir}/control.db`, () => Date.now());
  control.ensureTenant(tenant);
  const limits = series === "free" ? { ...FREE, ...MANY_SERIES } : FREE;
  control.changeSettings(tenant, { limits });
  const { token } = control.createKey({ tenant, scope: "manage" });
  control.close();
  return token;
}

/** The largest resident size of a process, looked at all the time. */
export class ResidentWatch {
  #mostMiB = 0;
  readonly #timer: NodeJS.Timeout;

  constructor({ child }: ServerProcess) {
    const look = (): void => {
      this.#mostMiB = Math.max(this.#mostMiB, residentMiB(child.pid!));
    };
    this.#timer = setInterval(look, SAMPLE_MS);
  }

  get mostMiB(): number {
    return this.#mostMiB;
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.#mostMiB;
  }
}

function residentMiB(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / MIB;
  } catch {
    return 0;
  }
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export async function send(
  server: ServerProcess,
  key: string,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
): Promise<Reply> {
  const method = "POST";
  const own = { ...headers, authorization: `Bearer ${key}` };
  return replyOf(await fetch(`${server.url}/api/v1${path}`, { method, body, headers: own }));
}

export async function ask(server: ServerProcess, key: string, path: string): Promise<Reply> {
  const headers = { authorization: `Bearer ${key}` };
  return replyOf(await fetch(`${server.url}/api/v1${path}`, { headers }));
}

async function replyOf(reply: Response): Promise<Reply> {
  return {
    status: reply.status,
    text: await reply.text(),
    retryAfter: reply.headers.get("retry-after"),
  };
}

/** One point each of series [first, first + count), fifty on a node. */
export function newSeries(first: number, count: number, atMs: number): string {
  const series = Array.from({ length: count }, (_, k) => ({
    cluster: "eu",
    node: `node-${Math.floor((first + k) / 50)}`,
    metric: `metric_number_${(first + k) % 50}`,
    points: [[atMs, k]],
  }));
  return JSON.stringify({ series });
}
