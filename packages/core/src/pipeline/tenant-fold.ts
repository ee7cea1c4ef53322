import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import {
  PIECE,
  type Piece,
  type PieceFloor,
  type PieceSource,
  type RestingPiece,
} from "../aggregate/fleet/piece.ts";
import { MARK } from "../aggregate/fleet/step-marks.ts";
import { TenantFleet } from "../aggregate/fleet/tenant-fleet.ts";
import { ALARM_PHASE } from "../alarm/alarm-openings.ts";
import { unreadable } from "../model/state-bytes.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { POINT_SIGN } from "./point-sign.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** A silence this many steps old may still be retracted; the roll-up keeps as many. */
const HORIZON_STEPS_MIN = 12;

/** By ALARM_PHASE. */
const MARK_OF_PHASE = [MARK.none, MARK.none, MARK.held, MARK.accepted, MARK.recovered, MARK.held];

export interface TenantFoldOptions {
  /** The tenant's event-time grid. */
  readonly stepMs: DurationMs;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /** How far back late points are folded in again. */
  readonly rewindMs: DurationMs;
  /** Where saved pieces can be read again: what is saved and not needed now is not kept in memory then. */
  readonly savedPieces?: PieceSource | undefined;
}

/**
 * Everything that is folded over one tenant: the calibrated roll-up with its findings, and beside it
 * who has gone silent, as further evidence against the node. A function of the points alone.
 */
export class TenantFold {
  readonly stepMs: DurationMs;
  readonly fleet: TenantFleet;
  readonly #silence: SilenceWatch;

  constructor(options: TenantFoldOptions) {
    const { stepMs, rewindMs } = options;
    this.stepMs = stepMs;
    this.fleet = new TenantFleet(options);
    const horizonSteps = Math.max(HORIZON_STEPS_MIN, Math.ceil(rewindMs / stepMs));
    this.#silence = new SilenceWatch(stepMs, horizonSteps, this.fleet.names);
  }

  /** The number of a series; the same key gives the same number. */
  addSeries(clusterId: string, nodeId: string, metricName: string): number {
    const series = this.fleet.addSeries(clusterId, nodeId, metricName);
    this.#silence.add(series);
    return series;
  }

  /** The series' own sampling interval, once it is settled; before that it cannot be missed. */
  setInterval(series: number, intervalMs: DurationMs): void {
    this.#silence.setInterval(series, intervalMs);
  }

  /**
   * A scored point. `p` NaN = missing: it says nothing, is not a sign of life either, and takes back what was
   * said of that instant before (the series was scored again).
   * `sign`: the phase of the series' alarm at the point (ALARM_PHASE; a held alarm holds its findings), and
   * whether the series ended there or its interval is not settled yet (POINT_SIGN). At one millisecond a
   * series has one thing: the newest word about it counts.
   */
  put(
    series: number,
    atMs: EpochMs,
    p: number,
    flatP: number,
    sign: number = ALARM_PHASE.closed,
  ): void {
    const { points } = this.fleet;
    const hasEnded = (sign & POINT_SIGN.ended) !== 0;
    if (hasEnded || Number.isNaN(p)) {
      const isNews = hasEnded || points.takeBack(series, atMs);
      if (!isNews) return;
      if (hasEnded) points.putEnd(series, atMs);
      if (points.kept !== "nothing") this.#changedAt(series, atMs);
      return;
    }
    // Points may be scored again: what is not flat any more is taken back.
    const mark = MARK_OF_PHASE[sign & POINT_SIGN.phases]!;
    const step = points.putScored(series, atMs, p, flatP, mark);
    const { kept } = points;
    if (kept === "nothing") return;
    this.#silence.seenIn(step, series, (sign & POINT_SIGN.unsettled) === 0);
    if (kept === "ends") this.#changedAt(series, atMs);
  }

  #changedAt(series: number, atMs: EpochMs): void {
    const step = Math.floor(atMs / this.stepMs);
    this.#silence.changedIn(step, series, this.fleet.points.standingOf(series, step));
  }

  /** Share of the usual series that have a point in the step of `atMs`; 1 before anything is known. */
  coverage(atMs: EpochMs): number {
    return this.#silence.coverage(Math.floor(atMs / this.stepMs));
  }

  /** Processes all steps that end at or before `uptoMs`; see `TenantFleet.advance`. */
  advance(uptoMs: EpochMs, visit: (step: FleetStep) => void = () => {}): number {
    const work = this.work(uptoMs, visit);
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
  }

  /**
   * The same in slices: yields the cells (series and steps, or as much work) that were processed, each
   * time the work can be set down. Until it is done, nothing may be put or saved. Returns how many steps
   * were reported.
   */
  *work(uptoMs: EpochMs, visit: (step: FleetStep) => void): Generator<number, number> {
    const last = Math.floor(uptoMs / this.stepMs) - 1;
    this.fleet.points.close();
    yield* this.#silence.work(last, (series, step, p) => this.fleet.points.claim(series, step, p));
    return yield* this.fleet.work(uptoMs, visit);
  }

  /** Bytes that are kept: columns exactly, names and findings about. */
  get bytes(): number {
    return this.fleet.bytes + this.#silence.bytes;
  }

  /** Steps looked at in search of something; for tests of what the work grows with. */
  get stepVisits(): number {
    return this.fleet.stepVisits + this.#silence.stepVisits;
  }

  /** All of it in pieces of bounded size, or what has changed since `saved`. No work may be under way. */
  *pieces(which: "all" | "changed"): Generator<Piece> {
    yield* this.fleet.pieces(which);
    yield* this.#silence.pieces(which);
  }

  /** The pieces given last are safe: the next time only what changes from now on is given. */
  saved(): void {
    this.fleet.saved();
    this.#silence.saved();
  }

  /** Steps before which saved pieces are of no use any more. */
  get floors(): readonly PieceFloor[] {
    return [...this.fleet.floors, this.#silence.floor];
  }

  /**
   * Replaces all by pieces, in the order in which they were given; this fold must be new, with the same
   * options. `end` when there are no more. @throws Refusal "state/unreadable".
   */
  reader(): { take(piece: Piece | RestingPiece): void; end(): void } {
    const fleet = this.fleet.reader();
    const silence = this.#silence.reader();
    return {
      take: (piece) => {
        if (piece.kind < PIECE.silence) fleet.take(piece);
        else if (piece.bytes !== undefined) silence.take(piece);
        else throw unreadable("a piece came without its bytes", { kind: piece.kind });
      },
      end: () => {
        fleet.end();
        silence.end();
      },
    };
  }
}
