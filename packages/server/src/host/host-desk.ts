import { createHash } from "node:crypto";
import type { HostEnd, OwnerLine } from "../partition/owner-link.ts";
import { letGo } from "../platform/let-go.ts";
import type { Pace } from "../platform/pace.ts";
import { buffersOfBatch } from "../platform/packed-batch.ts";
import type { Answer } from "../platform/platform.ts";
import { type Answered, rowsOf } from "../platform/read.ts";
import type { PacedReads } from "../query/paced-reads.ts";
import { StoreCorrupt } from "../store/sqlite/store-error.ts";
import { answerPieces } from "../wire/answer.ts";
import { hostFailureOf } from "./host-failure.ts";
import { KnownPlaces } from "./known-places.ts";
import type {
  AskHost,
  FromHost,
  HostQuestion,
  IngestQuestion,
  ReadQuestion,
  ToHost,
} from "./protocol.ts";
import type { TenantHost } from "./tenant-host.ts";

/** Sends to the main thread; the buffers are handed over. */
export type PostToMain = (message: FromHost, buffers?: readonly ArrayBuffer[]) => void;

/** What a host's thread does with its mail. */
export class HostDesk {
  readonly #host: TenantHost;
  readonly #post: PostToMain;
  readonly #lineOf: (end: HostEnd) => OwnerLine;
  readonly #places = new Map<string, KnownPlaces>();
  readonly #atWork = new Set<number>();
  /** Questions at work whose askers have gone. */
  readonly #cancelled = new Set<number>();

  /** @param lineOf makes a line of what arrived: a port between threads. */
  constructor(host: TenantHost, post: PostToMain, lineOf: (end: HostEnd) => OwnerLine) {
    this.#host = host;
    this.#post = post;
    this.#lineOf = lineOf;
  }

  hear(message: ToHost): void {
    switch (message.type) {
      case "ask":
        void this.#answer(message);
        return;
      case "cancel":
        if (this.#atWork.has(message.id)) this.#cancelled.add(message.id);
        return;
      case "tenants":
        this.#host.tenants.take(message.tenants);
        return;
      case "owner":
        this.#host.attach(message.owner, this.#lineOf(message.line));
        return;
      case "owner-ended":
        this.#host.detach(message.owner, message.reason);
        return;
    }
  }

  async #answer({ id, question }: AskHost): Promise<void> {
    this.#atWork.add(id);
    try {
      const value = await this.#ask(question, () => this.#cancelled.has(id));
      if (this.#isOver(id)) this.#post({ type: "answer", id, value }, buffersIn(question, value));
    } catch (error) {
      if (error instanceof StoreCorrupt) this.#host.fileDamaged(error);
      if (this.#isOver(id)) this.#post({ type: "refused", id, failure: hostFailureOf(error) });
    }
  }

  /** The question is not at work any more. Whether its asker still waits. */
  #isOver(id: number): boolean {
    this.#atWork.delete(id);
    return !this.#cancelled.delete(id);
  }

  /** @param isGone whether nobody waits for the answer any more. */
  #ask(question: HostQuestion, isGone: () => boolean): unknown {
    const host = this.#host;
    switch (question.what) {
      case "start":
        return host.start();
      case "ingest":
        return this.#ingest(question);
      case "read":
        return this.#read(question, isGone);
      case "rows":
        return this.#paced(question.tenantId, isGone, (view) => rowsOf(view, question.read));
      case "revision":
        return host.view(question.tenantId).revision();
      case "owner-open":
        return host.opened(question.owner);
      case "save":
        return host.save(question.checkpoint);
      case "settle":
        return host.settled();
      case "drop-before":
        return host.dropBefore(question.day);
      case "state":
        return host.state();
      case "close-door":
        return host.closeDoor();
      case "close":
        return host.close();
    }
  }

  async #ingest({ tenantId, batch, whenOver }: IngestQuestion): Promise<unknown> {
    let known = this.#places.get(tenantId);
    if (known === undefined) {
      known = new KnownPlaces(this.#host.directory.tenant(tenantId));
      this.#places.set(tenantId, known);
    }
    try {
      const unpacked = await this.#host.turns.done("points", tenantId, known.unpacking(batch));
      return await this.#host.view(tenantId).ingest(unpacked, whenOver);
    } finally {
      letGo(buffersOfBatch(batch));
    }
  }

  /** A read, when it is its tenant's turn: however small they are, there can be very many of them. */
  async #paced<Result>(
    tenantId: string,
    isGone: () => boolean,
    read: (view: PacedReads, pace: Pace) => Promise<Result>,
  ): Promise<Result> {
    const { turns } = this.#host;
    await turns.begun("read", tenantId, isGone);
    const pace = turns.pace("read", tenantId, isGone);
    try {
      return await read(this.#host.view(tenantId).paced(pace), pace);
    } finally {
      this.#host.events.read(tenantId, pace.end());
    }
  }

  /**
   * A revision names the state that a reply was made from and the reply's own bytes: where the state has moved and
   * the bytes are the same, the asker has them already.
   */
  #read({ tenantId, read, known }: ReadQuestion, isGone: () => boolean): Promise<Answer> {
    return this.#paced(tenantId, isGone, async (view, pace) => {
      const state = await view.revision();
      const [knownState, knownBody] = known?.split("~") ?? [];
      if (known !== undefined && state === knownState) {
        return { revision: known, body: undefined, isKnown: true };
      }
      const rows = await rowsOf(view, read);
      if (rows === undefined) return { revision: state, body: undefined, isKnown: false };
      const { body, mark } = await bodyOf({ read, rows } as Answered, pace);
      const isKnown = mark === knownBody;
      return { revision: `${state}~${mark}`, body: isKnown ? undefined : body, isKnown };
    });
  }
}

/** Writing a character of an answer takes about as long as half a cell. */
const CELLS_PER_CHARACTER = 0.5;
/** Of a mark: 96 bits. */
const MARK_CHARS = 16;
const encoder = new TextEncoder();

interface Body {
  /** In UTF-8. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same for the same bytes. */
  readonly mark: string;
}

/** The reply's body. Its mark costs a thousandth of making it. */
async function bodyOf(answered: Answered, pace: Pace): Promise<Body> {
  const hash = createHash("sha1");
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const text of answerPieces(answered)) {
    const part = encoder.encode(text);
    parts.push(part);
    hash.update(part);
    length += part.length;
    const turn = pace.spend(text.length * CELLS_PER_CHARACTER);
    if (turn !== undefined) await turn;
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return { body, mark: hash.digest("base64url").slice(0, MARK_CHARS) };
}

/** What of an answer can be handed over. */
function buffersIn(question: HostQuestion, value: unknown): ArrayBuffer[] {
  if (question.what !== "read") return [];
  const { body } = value as Answer;
  return body === undefined ? [] : [body.buffer];
}

/** What of a question can be handed over. */
export function buffersInQuestion(question: HostQuestion): ArrayBuffer[] {
  return question.what === "ingest" ? buffersOfBatch(question.batch) : [];
}
