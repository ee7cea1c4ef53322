import { unreadable } from "../../model/state-bytes.ts";
import { BIN_COUNT, type EntityStates, entityStates, SCALAR_COUNT } from "../entity-state.ts";
import type { ByteReader, ByteWriter } from "./column-bytes.ts";

/** Entities that are copied and saved together: 210 kB. */
export const CHUNK_ENTITIES = 256;
export const CHUNK_SHIFT = 8;
const UNBORN = -1;
const FROM_THE_BEGINNING = Number.NEGATIVE_INFINITY;

/** The entities of a level, as snapshots see them. */
export interface SnapshotBank {
  readonly count: number;
  readonly states: EntityStates;
  readonly firstSteps: Float64Array;
  readonly lastSteps: Float64Array;
  /** Copies an entity to entity `to` of `into`. */
  copy(e: number, into: EntityStates, to: number): void;
}

/** A chunk of entities as they were before a step. Entities beyond its columns were not yet. */
export interface EntityCopy {
  readonly step: number;
  firstSteps: Float64Array;
  lastSteps: Float64Array;
  states: EntityStates;
  isChanged: boolean;
}

/**
 * What the entities of a level were at some steps of the window, so that a late point is folded in from
 * the nearest of them. The chunks have their turns at different steps: no step copies all of a level.
 * 824 bytes per entity and snapshot.
 */
export class EntitySnapshots {
  readonly every: number;
  readonly #bank: SnapshotBank;
  /** Of each chunk, ascending by step. */
  readonly #chunks: EntityCopy[][] = [];

  constructor(bank: SnapshotBank, every: number) {
    this.#bank = bank;
    this.every = every;
  }

  get bytes(): number {
    let bytes = 0;
    for (const copies of this.#chunks) {
      for (const { states, firstSteps } of copies) {
        bytes +=
          states.histogram.byteLength + states.scalars.byteLength + 2 * firstSteps.byteLength;
      }
    }
    return bytes;
  }

  /** Before a new step: copies the chunks whose turn it is. O(entities / every). */
  take(step: number): void {
    for (
      let chunk = this.#firstDue(step);
      chunk << CHUNK_SHIFT < this.#bank.count;
      chunk += this.every
    ) {
      const copies = this.#copiesOf(chunk);
      if (copies.length > 0 && copies.at(-1)!.step >= step) continue;
      copies.push(this.#copy(chunk, step));
    }
  }

  /** An entity is folded again: where its chunk has a snapshot of `step`, it is corrected. */
  renew(e: number, step: number): void {
    if ((step + (e >>> CHUNK_SHIFT)) % this.every !== 0) return;
    const copy = this.#copiesOf(e >>> CHUNK_SHIFT).findLast((one) => one.step === step);
    if (copy === undefined) return;
    const local = e & (CHUNK_ENTITIES - 1);
    if (local >= copy.firstSteps.length) widen(copy, local + 1);
    copy.firstSteps[local] = this.#bank.firstSteps[e]!;
    copy.lastSteps[local] = this.#bank.lastSteps[e]!;
    this.#bank.copy(e, copy.states, local);
    copy.isChanged = true;
  }

  /** Makes the entity what the newest snapshot up to `step` says. @returns that snapshot's step. */
  takeUp(e: number, step: number): number {
    const copy = this.#copiesOf(e >>> CHUNK_SHIFT).findLast((one) => one.step <= step);
    this.put(copy, e, this.#bank, e);
    return copy?.step ?? FROM_THE_BEGINNING;
  }

  /** The newest snapshot of the entity's chunk up to `step`; undefined = from the beginning. */
  upTo(e: number, step: number): EntityCopy | undefined {
    return this.#copiesOf(e >>> CHUNK_SHIFT).findLast((one) => one.step <= step);
  }

  /** Entity `to` of a bank becomes what entity `e` was in a snapshot; unborn without one. */
  put(copy: EntityCopy | undefined, e: number, bank: SnapshotBank, to: number): void {
    const local = e & (CHUNK_ENTITIES - 1);
    const { histogram, scalars } = bank.states;
    const h = to * BIN_COUNT;
    const s = to * SCALAR_COUNT;
    const first = copy?.firstSteps[local] ?? UNBORN;
    bank.firstSteps[to] = first;
    bank.lastSteps[to] = first === UNBORN ? UNBORN : copy!.lastSteps[local]!;
    if (first === UNBORN) {
      histogram.fill(0, h, h + BIN_COUNT);
      scalars.fill(0, s, s + SCALAR_COUNT);
      return;
    }
    const { states } = copy!;
    histogram.set(states.histogram.subarray(local * BIN_COUNT, (local + 1) * BIN_COUNT), h);
    scalars.set(states.scalars.subarray(local * SCALAR_COUNT, (local + 1) * SCALAR_COUNT), s);
  }

  /** Drops what no step from `oldest` on needs. @returns the oldest step that snapshots still lead from. */
  forget(oldest: number): number {
    let from = oldest;
    for (let chunk = 0; chunk << CHUNK_SHIFT < this.#bank.count; chunk++) {
      const copies = this.#copiesOf(chunk);
      const needed = copies.findLastIndex(({ step }) => step <= oldest);
      if (needed > 0) copies.splice(0, needed);
      from = Math.min(from, needed < 0 ? FROM_THE_BEGINNING : copies[0]!.step);
    }
    return from;
  }

  get count(): number {
    return this.#chunks.reduce((sum, copies) => sum + copies.length, 0);
  }

  /** What has changed since it was saved, or all. */
  *pieces(all: boolean): Generator<{ chunk: number; copy: EntityCopy }> {
    for (let chunk = 0; chunk < this.#chunks.length; chunk++) {
      for (const copy of this.#chunks[chunk]!) if (all || copy.isChanged) yield { chunk, copy };
    }
  }

  saved(): void {
    for (const copies of this.#chunks) for (const copy of copies) copy.isChanged = false;
  }

  /** Takes a saved snapshot back; they may come in any order. */
  restore(chunk: number, step: number, reader: ByteReader): void {
    if (!(chunk >= 0 && chunk << CHUNK_SHIFT < this.#bank.count))
      throw unreadable("a snapshot of nobody");
    const copies = this.#copiesOf(chunk);
    const at = copies.findLastIndex((one) => one.step < step) + 1;
    copies.splice(at, 0, { step, ...readCopy(reader), isChanged: false });
  }

  #copy(chunk: number, step: number): EntityCopy {
    const from = chunk << CHUNK_SHIFT;
    const end = Math.min(this.#bank.count, from + CHUNK_ENTITIES);
    const { states, firstSteps, lastSteps } = this.#bank;
    return {
      step,
      firstSteps: firstSteps.slice(from, end),
      lastSteps: lastSteps.slice(from, end),
      states: {
        histogram: states.histogram.slice(from * BIN_COUNT, end * BIN_COUNT),
        scalars: states.scalars.slice(from * SCALAR_COUNT, end * SCALAR_COUNT),
      },
      isChanged: true,
    };
  }

  /** The smallest chunk with (step + chunk) divisible by `every`. */
  #firstDue(step: number): number {
    const over = step % this.every;
    return over === 0 ? 0 : this.every - over;
  }

  #copiesOf(chunk: number): EntityCopy[] {
    while (this.#chunks.length <= chunk) this.#chunks.push([]);
    return this.#chunks[chunk]!;
  }
}

export function writeCopy(
  writer: ByteWriter,
  { firstSteps, lastSteps, states }: Omit<EntityCopy, "step" | "isChanged">,
): void {
  writer.number(firstSteps.length);
  writer.column(firstSteps);
  writer.column(lastSteps);
  writer.column(states.histogram);
  writer.column(states.scalars);
}

/** @throws Refusal "state/unreadable" */
export function readCopy(reader: ByteReader): Omit<EntityCopy, "step" | "isChanged"> {
  const count = reader.number();
  if (!(count >= 0 && count <= CHUNK_ENTITIES)) throw unreadable("a chunk of another size");
  const copy = {
    firstSteps: reader.floats(count),
    lastSteps: reader.floats(count),
    states: {
      histogram: reader.floats(count * BIN_COUNT),
      scalars: reader.floats(count * SCALAR_COUNT),
    },
  };
  reader.end();
  return copy;
}

function widen(copy: EntityCopy, count: number): void {
  const { firstSteps, lastSteps, states } = copy;
  copy.firstSteps = new Float64Array(count).fill(UNBORN);
  copy.firstSteps.set(firstSteps);
  copy.lastSteps = new Float64Array(count).fill(UNBORN);
  copy.lastSteps.set(lastSteps);
  copy.states = entityStates(count);
  copy.states.histogram.set(states.histogram);
  copy.states.scalars.set(states.scalars);
}
