import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MEMORY_ENV } from "../../packages/server/src/serve/process-memory.ts";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import type { TenantLimits } from "../../packages/server/src/tenant/tenant-settings.ts";
import { FROM_SOURCE } from "../tooling/from-source.ts";
import type { Ask, FromChild, ThreadFigures } from "./child-protocol.ts";

const CHILD = join(import.meta.dirname, "server-child.ts");
/** In effect never: the load says when. */
export const NO_CHECKPOINTS_MS = 2 ** 31 - 1;

/** Far more than a load sends: for tenants whose limits are not what is tried. */
export const WIDE: Partial<TenantLimits> = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  ingestRequestsPerSecond: 1e6,
  queryRequestsPerSecond: 1e6,
  activeSeriesMax: 1e7,
  knownSeriesMax: 1e7,
  seriesBytesMax: 2 ** 40,
};

export interface TenantPlan {
  readonly tenant: string;
  readonly limits: Partial<TenantLimits>;
  readonly stepMs?: number;
  readonly budgetDays?: number;
}

export interface ProcessFigures {
  readonly rssBytes: number;
  /** Since the process began. */
  readonly peakRssBytes: number;
  /** Bytes that it has handed to the disk. */
  readonly writtenBytes: number;
}

/** A data folder of its own, and the real server on it: started, killed, stopped and started again. Linux. */
export class LoadServer {
  readonly dataDir = mkdtempSync(join(tmpdir(), "foreshock-load-"));
  /** Full rights, by tenant. */
  readonly keys: ReadonlyMap<string, string>;
  url = "";
  readonly #checkpointEveryMs: number;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #port = 0;
  #asked = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<ThreadFigures>>();

  /** @param memoryMaxBytes left out: as much as the server takes by itself. */
  constructor(
    plans: readonly TenantPlan[],
    checkpointEveryMs = NO_CHECKPOINTS_MS,
    memoryMaxBytes?: number,
  ) {
    this.#checkpointEveryMs = checkpointEveryMs;
    this.#env = memoryMaxBytes === undefined ? {} : { FORESHOCK_MEMORY_MAX: `${memoryMaxBytes}` };
    const control = ControlDb.open(join(this.dataDir, "control.db"), () => Date.now());
    const keys = new Map<string, string>();
    for (const { tenant, ...settings } of plans) {
      control.ensureTenant(tenant);
      control.changeSettings(tenant, settings);
      keys.set(tenant, control.createKey({ tenant, scope: "manage" }).token);
    }
    control.close();
    this.keys = keys;
  }

  /** @returns ms from the start of the process until it was ready. @throws where it ends before that. */
  async start(): Promise<number> {
    const beganMs = performance.now();
    const args = [this.dataDir, String(this.#port), String(this.#checkpointEveryMs)];
    const child = spawn(process.execPath, [FROM_SOURCE, CHILD, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, ...MEMORY_ENV, ...this.#env },
    });
    this.#child = child;
    const { promise: url, resolve, reject } = Promise.withResolvers<string>();
    child.on("message", (message: FromChild) => {
      if (message.type === "ready") resolve(message.url);
      else this.#heard(message);
    });
    child.once("exit", (code, signal) => {
      const gone = new Error(`the server ended: ${code ?? signal}`);
      reject(gone);
      for (const waiting of this.#waiting.values()) waiting.reject(gone);
      this.#waiting.clear();
    });
    this.url = await url;
    this.#port = Number(new URL(this.url).port);
    return performance.now() - beganMs;
  }

  /** All that was sent is scored and folded. */
  settle(): Promise<ThreadFigures> {
    return this.#ask("settle");
  }

  checkpoint(): Promise<ThreadFigures> {
    return this.#ask("checkpoint");
  }

  figures(): Promise<ThreadFigures> {
    return this.#ask("figures");
  }

  readings(): ProcessFigures {
    const of = (file: string) => readFileSync(`/proc/${this.#child!.pid}/${file}`, "utf8");
    const kilobytes = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(of("status"))![1]);
    return {
      rssBytes: 1024 * kilobytes("VmRSS"),
      peakRssBytes: 1024 * kilobytes("VmHWM"),
      writtenBytes: Number(/^write_bytes: (\d+)/m.exec(of("io"))![1]),
    };
  }

  async kill(): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Asks it to end. @returns ms until it had ended. @throws where it did not end well. */
  async stop(): Promise<number> {
    const beganMs = performance.now();
    const ended = once(this.#child!, "exit");
    this.#child!.kill("SIGTERM");
    const [code] = await ended;
    if (code !== 0) throw new Error(`the server ended with ${String(code)}`);
    return performance.now() - beganMs;
  }

  async remove(): Promise<void> {
    if (this.#child !== undefined) await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #ask(what: Ask["what"]): Promise<ThreadFigures> {
    const id = ++this.#asked;
    const waiting = Promise.withResolvers<ThreadFigures>();
    this.#waiting.set(id, waiting);
    this.#child!.send({ id, what } satisfies Ask, (error) => {
      if (error !== null) waiting.reject(error);
    });
    return waiting.promise;
  }

  #heard(message: Exclude<FromChild, { type: "ready" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === "done") waiting?.resolve(message.figures);
    else waiting?.reject(new Error(message.reason));
  }
}
