import { BIN_COUNT, type EntityStates, SCALAR_COUNT } from "../entity-state.ts";

/** Steps of an entity that can be taken back one by one. Late points are mostly a few steps late. */
const DEPTH = 8;
/** In place of a histogram bin: the step was the entity's first. */
const BORN = 254;

/**
 * The last steps of each entity and what it was before each. Older steps are folded again from a
 * snapshot. 1.2 kB per entity.
 */
export class UndoRing {
  #bins = new Uint8Array(0);
  #binBefore = new Float64Array(0);
  #scalarsBefore = new Float64Array(0);
  /** Step that the entity had learnt before. */
  #stepBefore = new Float64Array(0);
  /** Number of records, and where the next one goes, of each entity. */
  #held = new Uint8Array(0);
  #next = new Uint8Array(0);
  /** Whole histograms before a rescaling step, by record; rare. */
  readonly #wholes = new Map<number, Float64Array>();

  get bytes(): number {
    const { byteLength } = this.#scalarsBefore;
    return (
      byteLength + this.#binBefore.byteLength * 2 + this.#bins.byteLength + this.#held.length * 2
    );
  }

  reserve(capacity: number): void {
    if (capacity <= this.#held.length) return;
    this.#bins = filled(new Uint8Array(capacity * DEPTH), this.#bins);
    this.#binBefore = filled(new Float64Array(capacity * DEPTH), this.#binBefore);
    const scalars = new Float64Array(capacity * DEPTH * SCALAR_COUNT);
    this.#scalarsBefore = filled(scalars, this.#scalarsBefore);
    this.#stepBefore = filled(new Float64Array(capacity * DEPTH), this.#stepBefore);
    this.#held = filled(new Uint8Array(capacity), this.#held);
    this.#next = filled(new Uint8Array(capacity), this.#next);
  }

  /** Forgets what is known of the entity's last steps. */
  clear(e: number): void {
    for (let k = 0; k < DEPTH && this.#wholes.size > 0; k++) this.#wholes.delete(e * DEPTH + k);
    this.#held[e] = 0;
  }

  /** Notes what an entity is before a step; `bin` follows with `raise`. */
  begin({ scalars }: EntityStates, e: number, stepBefore: number, isBorn: boolean): void {
    const k = this.#next[e]!;
    const record = e * DEPTH + k;
    this.#next[e] = k + 1 === DEPTH ? 0 : k + 1;
    if (this.#held[e]! < DEPTH) this.#held[e]!++;
    if (this.#wholes.size > 0) this.#wholes.delete(record);
    this.#stepBefore[record] = stepBefore;
    this.#bins[record] = isBorn ? BORN : 0;
    if (isBorn) return;
    const before = this.#scalarsBefore;
    const to = record * SCALAR_COUNT;
    const from = e * SCALAR_COUNT;
    for (let i = 0; i < SCALAR_COUNT; i++) before[to + i] = scalars[from + i]!;
  }

  /** The step begun last will raise this bin of the entity's histogram, or rescale all of it. */
  raise({ histogram }: EntityStates, e: number, bin: number, rescales: boolean): void {
    const record = this.#newest(e);
    if (this.#bins[record] === BORN) return;
    this.#bins[record] = bin;
    this.#binBefore[record] = histogram[e * BIN_COUNT + bin]!;
    if (rescales) {
      this.#wholes.set(record, histogram.slice(e * BIN_COUNT, (e + 1) * BIN_COUNT));
    }
  }

  /** Whether the entity's last step is held. */
  has(e: number): boolean {
    return this.#held[e]! > 0;
  }

  /**
   * Makes entity `to` of `into` what entity `e` was before its last step. Its histogram must be that of
   * `e`. Returns the step learnt before that, or undefined where the entity was not born yet.
   */
  copyBefore(e: number, into: EntityStates, to: number): number | undefined {
    const record = this.#newest(e);
    const bin = this.#bins[record]!;
    const h = to * BIN_COUNT;
    const s = to * SCALAR_COUNT;
    if (bin === BORN) {
      into.histogram.fill(0, h, h + BIN_COUNT);
      into.scalars.fill(0, s, s + SCALAR_COUNT);
      return undefined;
    }
    const whole = this.#wholes.get(record);
    if (whole === undefined) into.histogram[h + bin] = this.#binBefore[record]!;
    else into.histogram.set(whole, h);
    const from = record * SCALAR_COUNT;
    for (let i = 0; i < SCALAR_COUNT; i++) into.scalars[s + i] = this.#scalarsBefore[from + i]!;
    return this.#stepBefore[record]!;
  }

  /** The entity's last record is used up. */
  drop(e: number): void {
    const record = this.#newest(e);
    if (this.#wholes.size > 0) this.#wholes.delete(record);
    this.#next[e] = record - e * DEPTH;
    this.#held[e]!--;
  }

  #newest(e: number): number {
    const k = this.#next[e]!;
    return e * DEPTH + (k === 0 ? DEPTH - 1 : k - 1);
  }
}

function filled<Column extends Float64Array | Uint8Array>(column: Column, from: Column): Column {
  column.set(from);
  return column;
}
