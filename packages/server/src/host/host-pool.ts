import type { EpochMs } from "@foreshock/core/fold";
import type { HostEnd } from "../partition/owner-link.ts";
import { Abandoned } from "../platform/pace.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import { HeartbeatReader, type Work } from "../watch/heartbeat.ts";
import { LostThread } from "../watch/lost-thread.ts";
import type { Stall } from "../watch/stall-clock.ts";
import type { Watch } from "../watch/watchdog.ts";
import { buffersInQuestion } from "./host-desk.ts";
import { hostErrorOf } from "./host-failure.ts";
import type { HostLink, LinkHost } from "./host-link.ts";
import type { FromHost, HostAnswers, HostedTenant, HostQuestion, HostReport } from "./protocol.ts";

export interface HostPoolOptions {
  readonly hostCount: number;
  readonly link: LinkHost;
  readonly now: () => EpochMs;
  /** Watches the hosts that have a thread of their own. */
  readonly watch?: Watch | undefined;
}

export interface HostPoolEvents {
  reported(host: number, report: HostReport): void;
  /** A host shows no sign of life, or shows that it is stuck: then it is ended. */
  stalled(host: number, stall: Stall): void;
  /** A host has ended without being asked to, or was stuck. It can be started again. `work` it did last. */
  ended(host: number, error: Error, work: Work): void;
}

interface Waiting {
  readonly host: number;
  resolve(value: never): void;
  reject(error: Error): void;
}

interface Host {
  link: HostLink | undefined;
  /** It answers questions about some of its tenants. */
  isServing: boolean;
  /** It has taken up all its tenants. */
  isOpen: boolean;
  lives: number;
  /** Ends the watch over it. */
  unwatch: () => void;
}

/** The main thread's end of all hosts. Hosts are numbered from 0; as clients of owners, from 1. */
export class HostPool {
  readonly #hosts: Host[];
  readonly #link: LinkHost;
  readonly #now: () => EpochMs;
  readonly #watch: Watch | undefined;
  readonly #events: HostPoolEvents;
  readonly #asks = new Map<number, Waiting>();
  #nextId = 1;
  #closing = false;

  constructor({ hostCount, link, now, watch }: HostPoolOptions, events: HostPoolEvents) {
    this.#watch = watch;
    this.#link = link;
    this.#now = now;
    this.#events = events;
    this.#hosts = Array.from({ length: hostCount }, () => ({
      link: undefined,
      isServing: false,
      isOpen: false,
      lives: 0,
      unwatch: () => {},
    }));
  }

  get hostCount(): number {
    return this.#hosts.length;
  }

  /** How often a host was started. */
  lives(host: number): number {
    return this.#hosts[host]!.lives;
  }

  /** Whether every host has taken up its tenants. */
  get isWhole(): boolean {
    return this.#hosts.every(({ isOpen }) => isOpen);
  }

  isOpen(host: number): boolean {
    return this.#hosts[host]!.isOpen;
  }

  /** Starts a host that has ended, or never ran. */
  start(index: number): void {
    const host = this.#hosts[index]!;
    if (host.link !== undefined) return;
    const link = this.#link(index + 1, host.lives++, {
      message: (message) => {
        if (host.link === link) this.#hear(index, message);
      },
      ended: (error) => {
        if (host.link === link) this.#ended(index, error);
      },
    });
    host.link = link;
    if (link.heartbeat === undefined || this.#watch === undefined) return;
    host.unwatch = this.#watch.watch(link.heartbeat, (stall) => {
      this.#events.stalled(index, stall);
      if (stall.isStuck) void this.end(index, new LostThread(`stood still for ${stall.forMs} ms`));
    });
  }

  /** Bytes of a host's own thread; 0 where it does not run, or shares this one. */
  async memoryBytes(index: number): Promise<number> {
    return this.#hosts[index]!.link?.memoryBytes?.() ?? 0;
  }

  /** The host has taken up some of its tenants: from here on it is asked about those. */
  serves(index: number): void {
    const host = this.#hosts[index]!;
    host.isServing = host.link !== undefined;
  }

  /** The host has taken up its tenants: from here on it is asked about everything. */
  opened(index: number): void {
    this.serves(index);
    const host = this.#hosts[index]!;
    host.isOpen = host.isServing;
  }

  /** Ends a host that cannot go on, as if it had ended by itself. */
  async end(index: number, error: Error): Promise<void> {
    const host = this.#hosts[index]!;
    const { link } = host;
    if (link === undefined) return;
    host.isServing = false;
    host.isOpen = false;
    await link.end();
    if (host.link === link) this.#ended(index, error);
  }

  tellTenants(index: number, tenants: readonly HostedTenant[]): void {
    this.#hosts[index]!.link?.post({ type: "tenants", tenants });
  }

  /** Gives a host its end of a line to a partition owner. */
  connect(index: number, owner: number, line: HostEnd): void {
    this.#hosts[index]!.link?.post({ type: "owner", owner, line });
  }

  ownerEnded(owner: number, reason: string): void {
    for (const { link } of this.#hosts) link?.post({ type: "owner-ended", owner, reason });
  }

  /** @throws Unavailable where the host does not run; Abandoned after the signal. */
  ask<Q extends HostQuestion>(
    index: number,
    question: Q,
    signal?: AbortSignal,
  ): Promise<HostAnswers[Q["what"]]> {
    if (!this.#hosts[index]!.isServing) return Promise.reject(notThere());
    return this.askStarting(index, question, signal);
  }

  /** Asks a host that has not taken up its tenants yet. */
  askStarting<Q extends HostQuestion>(
    index: number,
    question: Q,
    signal?: AbortSignal,
  ): Promise<HostAnswers[Q["what"]]> {
    const { link } = this.#hosts[index]!;
    if (link === undefined) return Promise.reject(notThere());
    if (signal?.aborted === true) return Promise.reject(new Abandoned());
    const id = this.#nextId++;
    return new Promise<never>((resolve, reject) => {
      this.#asks.set(id, { host: index, resolve, reject });
      link.post({ type: "ask", id, nowMs: this.#now(), question }, buffersInQuestion(question));
      signal?.addEventListener("abort", () => {
        if (!this.#asks.delete(id)) return;
        link.post({ type: "cancel", id });
        reject(new Abandoned());
      });
    });
  }

  /** Asks every host that runs; answers in their order. */
  askAll<Q extends HostQuestion>(question: Q): Promise<HostAnswers[Q["what"]][]> {
    const running = this.#hosts.flatMap(({ isOpen }, index) => (isOpen ? [index] : []));
    return Promise.all(running.map((index) => this.ask(index, question)));
  }

  /** Ends all hosts. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = this.#hosts.flatMap(({ link }, index) => (link === undefined ? [] : [index]));
    await Promise.allSettled(running.map((index) => this.askStarting(index, { what: "close" })));
    await Promise.all(this.#hosts.flatMap(({ link }) => (link === undefined ? [] : [link.end()])));
  }

  #hear(index: number, message: FromHost): void {
    switch (message.type) {
      case "answer":
        if (message.scored !== undefined) {
          this.#events.reported(index, { type: "scored", ...message.scored });
        }
        this.#take(message.id)?.resolve(message.value as never);
        return;
      case "refused":
        this.#take(message.id)?.reject(hostErrorOf(message.failure));
        return;
      default:
        this.#events.reported(index, message);
    }
  }

  #take(id: number): Waiting | undefined {
    const found = this.#asks.get(id);
    this.#asks.delete(id);
    return found;
  }

  #ended(index: number, error: Error): void {
    const host = this.#hosts[index]!;
    const work = workOf(host.link);
    host.link = undefined;
    host.isServing = false;
    host.isOpen = false;
    host.unwatch();
    for (const [id, waiting] of this.#asks) {
      if (waiting.host !== index) continue;
      this.#asks.delete(id);
      waiting.reject(notThere());
    }
    if (!this.#closing) this.#events.ended(index, error, work);
  }
}

/** What a thread was doing when it ended. */
function workOf(link: HostLink | undefined): Work {
  const memory = link?.heartbeat;
  return memory === undefined ? { what: "", tenantId: "" } : new HeartbeatReader(memory).work();
}

export function notThere(): Unavailable {
  return new Unavailable("host/ended", "this tenant's thread is being started");
}
