import type { SeriesFold } from "@foreshock/core/fold";
import { clientOf } from "./clients.ts";
import { LATEST, LATEST_LENGTH, type ScoredMessage } from "./protocol.ts";

const ROOM_START = 4096;

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
  readonly #open = new Map<number, number>();

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

  /** A batch has come whose runs are in this many partitions. */
  expect(ticket: number, parts: number): void {
    this.#open.set(ticket, parts);
  }

  /** One partition is done with its part of a batch; the batch, when all are. Dropped ones are over. */
  partDone(ticket: number): void {
    const open = this.#open.get(ticket);
    if (open === undefined) return;
    const left = open - 1;
    if (left > 0) {
      this.#open.set(ticket, left);
      return;
    }
    this.#open.delete(ticket);
    this.#tickets.push(ticket);
  }

  get isEmpty(): boolean {
    return this.#runs === 0 && this.#tickets.length === 0;
  }

  /** What has been collected, in columns of their own; starts again. */
  take(): ScoredMessage {
    const message: ScoredMessage = {
      type: "scored",
      tickets: this.#tickets,
      handles: this.#handles.slice(0, this.#runs),
      ends: this.#ends.slice(0, this.#runs),
      times: this.#times.slice(0, this.#points),
      p: this.#p.slice(0, this.#points),
      flat: this.#flat.slice(0, this.#points),
      phase: this.#phase.slice(0, this.#points),
      latest: this.#latest.slice(0, this.#runs * LATEST_LENGTH),
    };
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

  constructor(clientCount: number) {
    this.all = Array.from({ length: clientCount }, () => new Emission());
  }

  /** Of the client that gave this ticket or handle. */
  of(number: number): Emission {
    return this.all[clientOf(number, this.all.length)]!;
  }

  /** Forgets what has been collected for a client that is gone, and what it waited for. */
  drop(client: number): void {
    this.all[client]!.drop();
  }
}

/** The columns of a message that can be handed over instead of copied. */
export function buffersOf(message: ScoredMessage): ArrayBuffer[] {
  const { handles, ends, times, p, flat, phase, latest } = message;
  return [handles, ends, times, p, flat, phase, latest].map(
    (column) => column.buffer as ArrayBuffer,
  );
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
