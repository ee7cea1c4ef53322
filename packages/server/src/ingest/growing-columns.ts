import { IngestProblem } from "./ingest-problem.ts";

/** Counts the points of one body over all its series, and stops it where it holds too many. */
export class PointBudget {
  readonly #pointsMax: number;
  #count = 0;

  constructor(pointsMax: number) {
    this.#pointsMax = pointsMax;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws IngestProblem "body_too_large". */
  spend(points: number): void {
    this.#count += points;
    if (this.#count <= this.#pointsMax) return;
    throw new IngestProblem(
      "body_too_large",
      `more than ${this.#pointsMax} points in one body`,
      "send the points in several requests",
    );
  }
}

/** Two columns that grow with what is pushed: never more than twice what has been read. */
export class GrowingColumns {
  #times = new Float64Array(8);
  #values = new Float64Array(8);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(atMs: number, value: number): void {
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = atMs;
    this.#values[this.#count] = value;
    this.#count++;
  }

  /** The columns at their length, for the caller to keep. */
  cut(): { timestampsMs: Float64Array; values: Float64Array } {
    const timestampsMs = this.#times.slice(0, this.#count);
    return { timestampsMs, values: this.#values.slice(0, this.#count) };
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const values = new Float64Array(times.length);
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
}
