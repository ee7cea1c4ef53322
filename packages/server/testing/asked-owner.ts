import { SECOND_MS } from "@foreshock/core/fold";
import { PartitionOwner } from "../src/partition/partition-owner.ts";
import type { DiskMessage, FromWorker, Question } from "../src/partition/protocol.ts";
import type { Disk } from "../src/store/sqlite/disk.ts";

/** Points folded between two looks at the mail, as in a worker. */
export const SLICE_POINTS = 8000;
const TURNS_MAX = 100_000;

/** An owner of partition 0 in this thread, and what it has posted. Its turns are the test's. */
export class AskedOwner {
  readonly owner: PartitionOwner;
  posted: FromWorker[] = [];
  /** Tenants whose work gives way to others. */
  readonly givingWay = new Set<string>();
  readonly #startMs: number;
  readonly #handles = new Map<string, number>();
  #asks = 0;
  #tickets = 0;

  /** @param startMs time of point 0 of every series; points are a second apart. */
  constructor(dataDir: string, disk: Disk, startMs: number) {
    this.#startMs = startMs;
    const mayGo = (tenantId: string) => !this.givingWay.has(tenantId);
    const options = { dataDir, partitions: [0], scrubEveryMs: 0, disk, mayGo };
    this.owner = new PartitionOwner(options, (_, message) => this.posted.push(message));
  }

  /** One series a tenant, of the same name. Points by their number; `by` is added to their values. */
  send(tenantId: string, points: readonly number[], by = 0): number {
    const known = this.#handles.get(tenantId);
    const handle = known ?? this.#handles.size;
    this.#handles.set(tenantId, handle);
    const ticket = ++this.#tickets;
    const part = {
      partition: 0,
      fresh: known === undefined ? [seriesOf(tenantId, handle)] : [],
      handles: Int32Array.of(handle),
      ends: Int32Array.of(points.length),
      times: Float64Array.from(points, (k) => this.#startMs + k * SECOND_MS),
      values: Float64Array.from(points, (k) => by + 50 + 9 * Math.sin(k / 20) + (k % 7)),
    };
    this.owner.hear({ type: "append", ticket, parts: [part] });
    return ticket;
  }

  hear(question: Question): number {
    const id = ++this.#asks;
    this.owner.hear({ type: "ask", id, question });
    return id;
  }

  answerTo(id: number): FromWorker | undefined {
    return this.posted.find(
      (one) => (one.type === "answer" || one.type === "refused") && one.id === id,
    );
  }

  async ask(question: Question): Promise<unknown> {
    const id = this.hear(question);
    await this.until(() => this.answerTo(id) !== undefined);
    const answer = this.answerTo(id)!;
    if (answer.type !== "answer") throw new Error(JSON.stringify(answer));
    return answer.value;
  }

  /** As a host does at a start; its series are those of these tenants, in this order. */
  async takeUp(tenantIds: readonly string[]): Promise<void> {
    await this.ask({ what: "open" });
    await this.ask(this.announcing(tenantIds));
  }

  announcing(tenantIds: readonly string[]): Question {
    const series = tenantIds.map((tenantId, handle) => {
      this.#handles.set(tenantId, handle);
      return { partition: 0, ...seriesOf(tenantId, handle) };
    });
    return { what: "announce", series, behind: [] };
  }

  /** Turns, and whatever the disk answers, until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      if (turns > TURNS_MAX) throw new Error("what the test waits for does not come");
      this.owner.turn(SLICE_POINTS);
      await new Promise(setImmediate);
    }
  }

  async settled(): Promise<void> {
    await this.ask({ what: "drain" });
  }

  async durable(ticket: number): Promise<void> {
    await this.until(() => this.outcomeOf(ticket) !== undefined);
    if (this.outcomeOf(ticket) !== "durable") throw new Error(`refused: ${this.outcomeOf(ticket)}`);
  }

  /** "durable" or the code of the refusal; undefined while neither is known. */
  outcomeOf(ticket: number): string | undefined {
    for (const message of this.posted) {
      if (message.type === "durable" && message.ticket === ticket) return "durable";
      if (message.type === "failed" && message.ticket === ticket) return message.failure.code;
    }
    return undefined;
  }

  hasScored(ticket: number): boolean {
    return this.posted.some((one) => one.type === "scored" && one.tickets.includes(ticket));
  }

  scoredTimes(): number[] {
    return this.posted.flatMap((one) => (one.type === "scored" ? [...one.times] : []));
  }

  diskStates(): DiskMessage["state"][] {
    return this.posted.flatMap((one) => (one.type === "disk" ? [one.state] : []));
  }

  /** Numbers of the stored points. */
  async stored(tenantId: string): Promise<number[]> {
    const handles = [this.#handles.get(tenantId)!];
    const range = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
    const [found] = (await this.ask({ what: "history", handles, range })) as [{ at: Float64Array }];
    return Array.from(found.at, (atMs) => (atMs - this.#startMs) / SECOND_MS);
  }
}

function seriesOf(tenantId: string, handle: number) {
  const key = { tenantId, clusterId: "eu", nodeId: "n1", metricName: "cpu" };
  return { handle, key, metadata: {} };
}
