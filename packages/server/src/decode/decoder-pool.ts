import type { DurationMs } from "@foreshock/core/fold";
import { IngestProblem } from "../ingest/ingest-problem.ts";
import type { DecodedBody } from "../ingest/packed-builder.ts";
import { Abandoned } from "../platform/pace.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import { outOfMemory } from "./body-decoder.ts";
import type { DecodeEvents, DecoderLoss } from "./decode-events.ts";
import type { Decoder, EncodedBody } from "./decoder.ts";
import type { DecoderLink, LinkDecoder } from "./decoder-link.ts";
import type { FromDecoder } from "./protocol.ts";
import { type Ask, TenantHomes } from "./tenant-homes.ts";
import { TenantTurns, type Waiting } from "./tenant-turns.ts";

export interface DecoderPoolOptions {
  readonly link: LinkDecoder;
  readonly decoderCount?: number;
  /** A body that is being decoded for longer ends its decoder. */
  readonly timeMaxMs?: DurationMs;
  /** Calls back after a while. */
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  readonly events: DecodeEvents;
}

/** Decoders where nobody says how many. */
export const DECODERS = 2;
/** A decoder, for whoever watches memory. */
export interface DecoderThread {
  readonly kind: "decoder";
  readonly name: string;
  /** Bytes of its heap and columns. */
  readonly bytes: () => Promise<number>;
  /** Ends it; the body in its hands is refused, and another takes its place. */
  readonly end: (error: Error) => void;
}

const TIME_MAX_MS = 10_000;
/** Looks at the decoders during the longest time; a body is ended at most one look late. */
const LOOKS = 5;
/** A decoder that ends while idle is not started again at once: it would only end again. */
const RESTART_MS = 1000;
/** The smallest body costs a tenant this much of its turns. */
const COST_MIN = 4096;
/** A body that may take long: packed a thousandfold, so many bytes are a hundred milliseconds. */
const LARGE_BYTES = 16 * 1024;
/** Of a look, if nothing is being decoded: how often idle tenants are looked for. */
const IDLE_LOOK_MS = 60_000;

interface Job extends Waiting {
  /** Without its bytes once nobody waits for it. */
  body: EncodedBody;
  /** Of the body as it came; its own bytes are handed over. */
  readonly bytes: number;
  isGone: boolean;
  resolve(decoded: DecodedBody): void;
  reject(error: Error): void;
}

interface Slot {
  link: DecoderLink | undefined;
  job: Job | undefined;
  /** How often the job was looked at. */
  looks: number;
}

/**
 * Decoders, and the turns of tenants before them. A decoder has one body at a time, so that one that
 * ends takes nothing else with it. Who may have how much waiting is decided where bodies are taken in.
 */
export class DecoderPool implements Decoder {
  readonly #options: Required<DecoderPoolOptions>;
  readonly #slots: Slot[];
  readonly #turns = new TenantTurns<Job>();
  readonly #homes: TenantHomes;
  #isWatching = false;
  #isClosed = false;

  constructor(options: DecoderPoolOptions) {
    this.#options = { decoderCount: DECODERS, timeMaxMs: TIME_MAX_MS, ...options };
    const { decoderCount } = this.#options;
    this.#homes = new TenantHomes(decoderCount);
    this.#slots = Array.from({ length: decoderCount }, () => ({
      ...{ link: undefined, job: undefined, looks: 0 },
    }));
    for (const slot of this.#slots) this.#start(slot);
    this.#lookForIdle();
  }

  /** Bodies that wait for their turn or are being decoded. */
  get depth(): number {
    return this.#turns.jobCount + this.#slots.filter(({ job }) => job !== undefined).length;
  }

  /** The decoders that may be ended, one by one. */
  threads(): readonly DecoderThread[] {
    return this.#slots.map((slot, k) => ({
      kind: "decoder",
      name: `decoder ${k}`,
      bytes: async () => slot.link?.memoryBytes?.() ?? 0,
      end: (error) => {
        void slot.link?.end();
        if (slot.link !== undefined) this.#lost(slot, "memory", error);
      },
    }));
  }

  decode(body: EncodedBody, gone?: AbortSignal): Promise<DecodedBody> {
    if (this.#isClosed) return Promise.reject(stopping());
    const { tenantId } = body;
    const bytes = body.bytes.length;
    return new Promise((resolve, reject) => {
      const cost = Math.max(COST_MIN, bytes);
      const job: Job = { tenantId, cost, body, bytes, isGone: false, resolve, reject };
      if (gone?.aborted === true) abandon(job);
      gone?.addEventListener("abort", () => abandon(job), { once: true });
      this.#turns.add(job);
      this.#dispatch();
    });
  }

  /** Refuses what waits and ends the decoders. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const jobs = [...this.#turns.takeAll(), ...this.#slots.flatMap(({ job }) => job ?? [])];
    const links = this.#slots.flatMap(({ link }) => link ?? []);
    for (const slot of this.#slots) slot.link = slot.job = undefined;
    for (const job of jobs) job.reject(stopping());
    await Promise.all(links.map((link) => link.end()));
  }

  #start(slot: Slot): void {
    const link = this.#options.link({
      message: (message) => {
        if (slot.link === link) this.#hear(slot, message);
      },
      ended: (error) => {
        if (slot.link === link) this.#ended(slot, error);
      },
    });
    slot.link = link;
  }

  /** Gives every decoder that is free the next body. */
  #dispatch(): void {
    const free = (index: number): boolean => {
      const { link, job } = this.#slots[index]!;
      return link !== undefined && job === undefined;
    };
    this.#homes.beginRound();
    while (this.#slots.some((_, index) => free(index))) {
      let index = -1;
      const job = this.#turns.next((head) => {
        index = this.#mayGo(head) ? this.#homes.choose(this.#askOf(head), free) : -1;
        return index >= 0;
      });
      if (job === undefined) return;
      if (!job.isGone) this.#give(index, job);
    }
  }

  #askOf({ tenantId, body }: Job): Ask {
    const isRemembered = body.format.kind === "remote-write";
    return { tenantId, isRemembered, waiting: this.#turns.countOf(tenantId) };
  }

  /**
   * While others wait, a tenant has at most half of the decoders. Of its large bodies no more are decoded at once in
   * any case: whoever comes next would wait for the end of one.
   */
  #mayGo({ tenantId, bytes }: Job): boolean {
    const isLarge = bytes >= LARGE_BYTES;
    if (this.#turns.tenantCount <= 1 && !isLarge) return true;
    const own = this.#slots.filter(
      ({ job }) => job?.tenantId === tenantId && (job.bytes >= LARGE_BYTES || !isLarge),
    ).length;
    return own < Math.max(1, Math.floor(this.#slots.length / 2));
  }

  #give(index: number, job: Job): void {
    const slot = this.#slots[index]!;
    const { body } = job;
    slot.job = job;
    slot.looks = 0;
    slot.link!.post({ type: "decode", body }, [body.bytes.buffer]);
    this.#watch();
  }

  #hear(slot: Slot, message: FromDecoder): void {
    const { job } = slot;
    slot.job = undefined;
    if (job === undefined) return;
    if (message.type === "decoded") {
      job.resolve(message.body);
    } else if (message.type === "refused") {
      const { fault, message: text, hint, pointer } = message;
      job.reject(new IngestProblem(fault, text, hint, pointer));
    } else job.reject(new Error(message.message));
    this.#dispatch();
    if (this.depth === 0) this.#turns.forgetDebts();
  }

  #ended(slot: Slot, error: Error): void {
    const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    this.#lost(slot, isMemory ? "memory" : "ended", error);
  }

  /** The body in hand is refused and not tried again: it would cost the next decoder its life too. */
  #lost(slot: Slot, reason: DecoderLoss["reason"], error: Error | undefined): void {
    const { job } = slot;
    slot.link = slot.job = undefined;
    this.#homes.decoderLost(this.#slots.indexOf(slot));
    if (job === undefined) {
      this.#options.after(RESTART_MS, () => this.#revive(slot));
    } else {
      job.reject(problemOf(reason, this.#options.timeMaxMs));
      this.#revive(slot);
    }
    this.#options.events.decoderLost({
      tenantId: job?.tenantId,
      kind: job?.body.format.kind,
      bytes: job?.bytes ?? 0,
      reason,
      error,
    });
  }

  #revive(slot: Slot): void {
    if (this.#isClosed || slot.link !== undefined) return;
    this.#start(slot);
    this.#dispatch();
  }

  /** Looks at what is being decoded as long as something is. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#options.after(this.#options.timeMaxMs / LOOKS, () => {
      this.#isWatching = false;
      this.#look();
    });
  }

  #look(): void {
    for (const slot of this.#slots) {
      if (slot.job === undefined) continue;
      slot.looks++;
      if (slot.looks <= LOOKS) continue;
      void slot.link?.end();
      this.#lost(slot, "time", undefined);
    }
    if (this.#slots.some(({ job }) => job !== undefined)) this.#watch();
  }

  #lookForIdle(): void {
    this.#options.after(IDLE_LOOK_MS, () => {
      if (this.#isClosed) return;
      for (const tenantId of this.#homes.forgetIdle()) {
        for (const { link } of this.#slots) link?.post({ type: "forget", tenantId });
      }
      this.#lookForIdle();
    });
  }
}

/** Nobody waits for it: its bytes are let go at once, its place in the queue when its turn comes. */
function abandon(job: Job): void {
  job.isGone = true;
  job.body = { ...job.body, bytes: new Uint8Array() };
  job.reject(new Abandoned());
}

function problemOf(reason: DecoderLoss["reason"], timeMaxMs: DurationMs): IngestProblem {
  if (reason === "memory") return outOfMemory();
  const what =
    reason === "time"
      ? `took longer than ${timeMaxMs / 1000} seconds to decode`
      : "ended the decoder that read it";
  return new IngestProblem(
    "decode_limit",
    `the body ${what}`,
    "send the points in several requests, and do not send this body again as it is",
  );
}

function stopping(): Unavailable {
  return new Unavailable("platform/stopping", "the server is stopping");
}
