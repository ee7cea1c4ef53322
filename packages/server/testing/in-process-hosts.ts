import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import { HostDesk } from "../src/host/host-desk.ts";
import type { HostLink, HostLinkEvents, LinkHost } from "../src/host/host-link.ts";
import { reportsOf } from "../src/host/host-reports.ts";
import { portLine } from "../src/host/port-line.ts";
import type { FromHost, ToHost } from "../src/host/protocol.ts";
import { ReadTally } from "../src/host/read-tally.ts";
import { ScoredTally } from "../src/host/scored-tally.ts";
import { TenantHost } from "../src/host/tenant-host.ts";
import type { OwnerLine } from "../src/partition/owner-link.ts";
import type { Disk } from "../src/store/sqlite/disk.ts";
import { Heartbeat } from "../src/watch/heartbeat.ts";
import type { Later } from "./in-process-owners.ts";

export interface InProcessHostOptions {
  readonly dataDir: string;
  readonly partitionCount: number;
  readonly ownerCount: number;
  readonly hostCount: number;
  readonly now: () => EpochMs;
  readonly monotonicMs: () => number;
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  readonly later: Later;
  readonly disk?: Disk;
}

/**
 * Hosts of tenants in this thread: the real folds and reads, the real protocol, with messages copied and
 * handed over as between threads. Who runs when is up to `later`; faults are the caller's.
 */
export class InProcessHosts {
  readonly #options: InProcessHostOptions;
  readonly #running = new Map<number, RunningHost>();

  constructor(options: InProcessHostOptions) {
    this.#options = options;
  }

  readonly link: LinkHost = (client, life, events) => {
    const host = new RunningHost(this.#options, client, life, events);
    this.#running.set(client, host);
    return host;
  };

  /** The hosts that run, for what a test wants to see inside. */
  get running(): readonly TenantHost[] {
    return [...this.#running.values()].flatMap(({ host }) => (host === undefined ? [] : [host]));
  }

  /** Clients' numbers of the hosts that run. */
  get clients(): readonly number[] {
    return [...this.#running]
      .filter(([, { host }]) => host !== undefined)
      .map(([client]) => client);
  }

  /** Ends a host as an exception in its thread would: nothing more is heard of it. */
  async kill(client: number): Promise<void> {
    const running = this.#running.get(client);
    if (running?.host === undefined) return;
    // It was at nobody's work.
    running.pulse.at("");
    await running.end();
    running.events.ended(new Error("killed by the test"));
  }
}

class RunningHost implements HostLink {
  readonly heartbeat = Heartbeat.memory();
  readonly pulse = new Heartbeat(this.heartbeat);
  readonly events: HostLinkEvents;
  host: TenantHost | undefined;
  readonly #desk: HostDesk | undefined;
  readonly #later: Later;
  readonly #lane: string;
  readonly #lines: OwnerLine[] = [];

  constructor(options: InProcessHostOptions, client: number, life: number, events: HostLinkEvents) {
    this.events = events;
    const { later, after } = options;
    this.#later = later;
    this.#lane = `host ${client}`;
    const post = (message: FromHost, buffers: readonly ArrayBuffer[] = []): void => {
      const copy = structuredClone(message, { transfer: [...buffers] });
      later(`${this.#lane} out`, () => {
        if (this.host !== undefined) this.events.message(copy);
      });
    };
    const { dataDir, partitionCount, ownerCount, hostCount, now, monotonicMs, disk } = options;
    const guardedAfter = (delayMs: DurationMs, work: () => void): void =>
      after(delayMs, () => this.#guarded(work));
    const tally = new ScoredTally(post, guardedAfter);
    try {
      this.host = new TenantHost({
        ...{ client, life, dataDir, partitionCount, ownerCount, now, monotonicMs, disk },
        clientCount: hostCount + 1,
        later: (work) => later(this.#lane, () => this.#guarded(work)),
        after: guardedAfter,
        progress: (what, tenantId) => this.pulse.at(what, tenantId),
        events: reportsOf(post, tally, new ReadTally(post, guardedAfter)),
      });
      this.#desk = new HostDesk(this.host, tally.post, (end) => {
        const line = portLine(end);
        this.#lines.push(line);
        return line;
      });
    } catch (error) {
      later(this.#lane, () => events.ended(error as Error));
    }
  }

  post(message: ToHost, columns: readonly ArrayBuffer[] = []): void {
    const copy =
      message.type === "owner" ? message : structuredClone(message, { transfer: [...columns] });
    this.#later(`${this.#lane} in`, () => this.#guarded(() => this.#desk?.hear(copy)));
  }

  /** Its files are free afterwards; what it had not written is lost. */
  async end(): Promise<void> {
    const { host } = this;
    this.host = undefined;
    for (const line of this.#lines) line.close();
    host?.close();
  }

  /** What would end a thread ends this host. */
  #guarded(work: () => void): void {
    if (this.host === undefined) return;
    try {
      work();
    } catch (error) {
      void this.end().then(() => this.events.ended(error as Error));
    }
  }
}

/** One host in this thread beside partitions in threads, so that a test can see inside. */
export function oneHostHere(dataDir: string, now: () => EpochMs): InProcessHosts {
  return new InProcessHosts({
    ...{ dataDir, now, partitionCount: 4, ownerCount: 2, hostCount: 1 },
    monotonicMs: () => performance.now(),
    after: (delayMs, work) => void setTimeout(work, delayMs).unref(),
    later: (_, work) => void setImmediate(work),
  });
}
