import { PIECE, type PieceSource, readPiece } from "./piece.ts";
import { StepPoints } from "./step-points.ts";

/** Steps that were read back and have not changed: so many stay, for whoever asks for one step again and again. */
const AWAKE_MAX = 8;
/** Reading a step back costs half of what folding it does. */
const READ_SHIFT = 1;

export interface WindowPointsOptions {
  readonly stepMs: number;
  readonly seriesCount: () => number;
  /** Where pieces that are saved can be read again; without it all points stay in memory. */
  readonly saved: PieceSource | undefined;
}

/**
 * The points of a fleet's steps. Those that are saved may rest: they are where they are saved until somebody asks for
 * them, which late points do.
 */
export class WindowPoints {
  /** Bytes of the points in memory. */
  readonly tally = { bytes: 0 };
  /** How often points were put to rest: who has the points of a step in hand looks whether it is still those. */
  rests = 0;
  /** Cells that reading back has cost so far. */
  readCells = 0;
  readonly #options: WindowPointsOptions;
  readonly #live = new Map<number, StepPoints>();
  readonly #resting = new Set<number>();
  /** Read back, in that order. */
  readonly #awake: number[] = [];

  constructor(options: WindowPointsOptions) {
    this.#options = options;
  }

  /** Steps whose points are where they are saved. */
  get restingCount(): number {
    return this.#resting.size;
  }

  /** The points of a step, read back where they rest. @throws what the source throws. */
  get(step: number): StepPoints | undefined {
    const known = this.#live.get(step);
    if (known !== undefined || !this.#resting.has(step)) return known;
    return this.#wake(step);
  }

  /** The points of a step that are in memory. */
  live(step: number): StepPoints | undefined {
    return this.#live.get(step);
  }

  /** The points of a step that has none, made for the series that are known. */
  make(step: number, like: StepPoints | undefined): StepPoints {
    const { stepMs, seriesCount } = this.#options;
    const made = new StepPoints(stepMs, seriesCount(), this.tally, like);
    this.#live.set(step, made);
    return made;
  }

  place(step: number, points: StepPoints): void {
    this.#live.set(step, points);
  }

  /** The points of a step are saved, and stay there for now. */
  placeResting(step: number): void {
    this.#resting.add(step);
  }

  /** Nobody will ask for the step any more. */
  drop(step: number): void {
    this.#resting.delete(step);
    this.#live.get(step)?.drop();
    this.#live.delete(step);
  }

  /** All that is in memory is saved: of it, steps before `restBefore` may rest. O(steps in memory). */
  saved(restBefore: number): void {
    this.#awake.length = 0;
    for (const [step, points] of this.#live) {
      points.isChanged = false;
      if (step < restBefore) this.#rest(step);
    }
  }

  #rest(step: number): void {
    const points = this.#live.get(step);
    if (this.#options.saved === undefined || points === undefined || points.isChanged) return;
    points.drop();
    this.#live.delete(step);
    this.#resting.add(step);
    this.rests++;
  }

  #wake(step: number): StepPoints {
    const { stepMs, seriesCount, saved } = this.#options;
    const count = seriesCount();
    const bytes = saved!.read({ kind: PIECE.points, chunk: 0, step });
    const points = readPiece({ kind: PIECE.points, chunk: 0, step, bytes }, (reader) =>
      StepPoints.read(reader, stepMs, count, this.tally),
    );
    this.#resting.delete(step);
    this.#live.set(step, points);
    this.readCells += count >>> READ_SHIFT;
    if (this.#awake.push(step) > AWAKE_MAX) this.#rest(this.#awake.shift()!);
    return points;
  }
}
