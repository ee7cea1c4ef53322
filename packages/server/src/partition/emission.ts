import { type SeriesFold, startOf } from "@foreshock/core/fold";
import { letGo } from "../platform/let-go.ts";
import { clientOf } from "./clients.ts";
import { LATEST, LATEST_LENGTH, type ScoredMessage } from "./protocol.ts";

const ROOM_START = 4096;
/** Scored points that are worth a message of their own, and turns that fewer of them may wait: some 10 ms. */
const SENT_POINTS_MIN = 8000;
const SENT_TURNS = 4;

interface OpenBatch {
  partsLeft: number;
  readonly columns: ArrayBufferLike | undefined;
}

/** Collects scored points until they are sent to the main thread in one message. */
export class Emission {
  #handles = new Int32Array(64);
  #ends = new Int32Array(64);
  #latest = new Float64Array(64 * LATEST_LENGTH);
  #times = new Float64Array(ROOM_START);
  #p = new Float64Array(ROOM_START);
  #flat = new Float64Array(ROOM_START);
  #phase = new Uint8Array(ROOM_START);
  #runs = 0;
  #points = 0;
  #tickets: number[] = [];
  readonly #open = new Map<number, OpenBatch>();

  get pointCount(): number {
    return this.#points;
  }

  /** One scored point of the run that is being written. NaN p = missing; `phase` as POINT_SIGN. */
  point(atMs: number, p: number, flat: number, phase: number): void {
    if (this.#points === this.#times.length) this.#growPoints();
    this.#times[this.#points] = atMs;
    this.#p[this.#points] = p;
    this.#flat[this.#points] = flat;
    this.#phase[this.#points] = phase;
    this.#points++;
  }

  /** Ends the run: its points are those since the last end. Runs without points say where it stands. */
  endRun(handle: number, fold: SeriesFold, lastScore: number): void {
    if (this.#runs === this.#handles.length) this.#growRuns();
    this.#handles[this.#runs] = handle;
    this.#ends[this.#runs] = this.#points;
    const at = this.#runs * LATEST_LENGTH;
    const latest = this.#latest;
    latest[at + LATEST.atMs] = fold.lastMs;
    latest[at + LATEST.value] = fold.lastValue;
    latest[at + LATEST.score] = lastScore;
    latest[at + LATEST.pointCount] = fold.pointCount;
    latest[at + LATEST.intervalMs] = fold.intervalMs;
    latest[at + LATEST.firstMs] = fold.firstMs;
    const { sinceMs, score } = goingOn(fold);
    latest[at + LATEST.sinceMs] = sinceMs;
    latest[at + LATEST.episodeScore] = score;
    latest[at + LATEST.ended] = fold.ended ? 1 : 0;
    this.#runs++;
  }

  /** Forgets the points since the last end: their run did not come to its own. */
  cutRun(): void {
    this.#points = startOf(this.#ends, this.#runs);
  }

  /** A batch has come whose runs are in this many partitions; its columns are let go when all are done. */
  expect(ticket: number, partsLeft: number, columns: ArrayBufferLike | undefined): void {
    this.#open.set(ticket, { partsLeft, columns });
  }

  /** One partition is done with its part of a batch; the batch, when all are. Dropped ones are over. */
  partDone(ticket: number): void {
    const open = this.#open.get(ticket);
    if (open === undefined) return;
    open.partsLeft--;
    if (open.partsLeft > 0) return;
    this.#open.delete(ticket);
    this.#tickets.push(ticket);
    if (open.columns !== undefined) letGo([open.columns]);
  }

  get isEmpty(): boolean {
    return this.#runs === 0 && this.#tickets.length === 0;
  }

  /** What has been collected, in columns of their own; starts again. */
  take(): ScoredMessage {
    const message = emptyMessage(this.#tickets, this.#runs, this.#points);
    message.handles.set(this.#handles.subarray(0, this.#runs));
    message.ends.set(this.#ends.subarray(0, this.#runs));
    message.latest.set(this.#latest.subarray(0, this.#runs * LATEST_LENGTH));
    message.times.set(this.#times.subarray(0, this.#points));
    message.p.set(this.#p.subarray(0, this.#points));
    message.flat.set(this.#flat.subarray(0, this.#points));
    message.phase.set(this.#phase.subarray(0, this.#points));
    this.#runs = 0;
    this.#points = 0;
    this.#tickets = [];
    return message;
  }

  /** Whoever was to hear of all this is gone. */
  drop(): void {
    this.#open.clear();
    this.take();
  }

  #growPoints(): void {
    this.#times = doubled(this.#times);
    this.#p = doubled(this.#p);
    this.#flat = doubled(this.#flat);
    const phase = new Uint8Array(2 * this.#phase.length);
    phase.set(this.#phase);
    this.#phase = phase;
  }

  #growRuns(): void {
    const handles = new Int32Array(2 * this.#handles.length);
    const ends = new Int32Array(2 * this.#ends.length);
    handles.set(this.#handles);
    ends.set(this.#ends);
    this.#handles = handles;
    this.#ends = ends;
    this.#latest = doubled(this.#latest);
  }
}

/** What is scored, kept apart by the client that has to hear of it. */
export class Emissions {
  readonly all: readonly Emission[];
  #turns = 0;

  constructor(clientCount: number) {
    this.all = Array.from({ length: clientCount }, () => new Emission());
  }

  /** Of the client that gave this ticket or handle. */
  of(number: number): Emission {
    return this.all[clientOf(number, this.all.length)]!;
  }

  /** Whether what waits is much, or waits for some turns: more may come with the same message. Asked once a turn. */
  isDue(): boolean {
    const points = this.all.reduce((sum, { pointCount }) => sum + pointCount, 0);
    const isDue = points >= SENT_POINTS_MIN || ++this.#turns >= SENT_TURNS;
    if (isDue) this.#turns = 0;
    return isDue;
  }

  /** Forgets what has been collected for a client that is gone, and what it waited for. */
  drop(client: number): void {
    this.all[client]!.drop();
  }
}

/** The columns of a message that `take` gave, which can be handed over instead of copied. */
export function buffersOf({ latest, times }: ScoredMessage): ArrayBuffer[] {
  return [latest.buffer as ArrayBuffer, times.buffer as ArrayBuffer];
}

/**
 * Room for a message in two buffers, for a buffer costs a thread about as much as a message does: one for the
 * runs, one for their points. Doubles come first, so that they are aligned.
 */
function emptyMessage(tickets: readonly number[], runs: number, points: number): ScoredMessage {
  const latestBytes = 8 * LATEST_LENGTH * runs;
  const ofRuns = new ArrayBuffer(latestBytes + 8 * runs);
  const ofPoints = new ArrayBuffer(25 * points);
  return {
    type: "scored",
    tickets,
    latest: new Float64Array(ofRuns, 0, LATEST_LENGTH * runs),
    handles: new Int32Array(ofRuns, latestBytes, runs),
    ends: new Int32Array(ofRuns, latestBytes + 4 * runs, runs),
    times: new Float64Array(ofPoints, 0, points),
    p: new Float64Array(ofPoints, 8 * points, points),
    flat: new Float64Array(ofPoints, 16 * points, points),
    phase: new Uint8Array(ofPoints, 24 * points, points),
  };
}

/** The open episode, or a fault that is held though its scores have faded; zeros without either. */
function goingOn(fold: SeriesFold): { sinceMs: number; score: number } {
  const episode = fold.episodeIsOpen ? fold.episode() : undefined;
  const alarm = fold.alarmIsOpen ? fold.alarm() : undefined;
  const onset = { sinceMs: episode?.onsetMs ?? 0, score: episode?.peakScore ?? 0 };
  if (alarm?.outcome !== "held") return onset;
  const score = Math.max(alarm.score, onset.score);
  const began = Math.min(alarm.openedMs, episode?.onsetMs ?? alarm.openedMs);
  return { sinceMs: began, score: Math.min(1, score) };
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(2 * column.length);
  grown.set(column);
  return grown;
}
