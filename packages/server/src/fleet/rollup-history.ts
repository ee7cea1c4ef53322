import {
  DAY_MS,
  type DurationMs,
  type EpochMs,
  largestOf,
  type TimeRange,
} from "@foreshock/core/fold";
import { BLOCK_STEPS } from "../store/fleet/fleet-scores.ts";

/** Where days of an entity are kept, in blocks of BLOCK_STEPS steps. */
export interface DayShelf {
  /** Visits what is kept of a day, and the step of the day at which each column begins. */
  load(
    place: EntityPlace,
    day: number,
    visit: (firstStep: number, scores: Float32Array) => void,
  ): void;
  save(blocks: readonly EntityBlock[]): void;
}

export interface EntityPlace {
  readonly level: "node" | "cluster" | "tenant";
  readonly clusterId: string;
  readonly nodeId: string;
}

export interface EntityBlock {
  readonly place: EntityPlace;
  readonly day: number;
  readonly block: number;
  readonly scores: Float32Array;
}

/** Days of an entity held in memory at once; older ones are read from the shelf each time. */
const HELD_DAYS = 2;

/** A day of an entity: blocks without a score are not there. */
interface HeldDay {
  readonly blocks: (Float32Array | undefined)[];
  /** Blocks that are not on the shelf as they are here. */
  readonly dirty: Set<number>;
}

/** What is held of one entity. Opaque outside: whoever writes often keeps it instead of asking by name. */
export interface EntityHistory {
  readonly place: EntityPlace;
  readonly days: Map<number, HeldDay>;
  /** The day written last. */
  day: number;
  held: HeldDay;
}

const NO_DAY: HeldDay = { blocks: [], dirty: new Set() };

/**
 * Scores of a tenant's entities over time, one number a step, NaN where there is none. The newest
 * days are held in memory and written behind, in blocks; a step may be written again (late points).
 * Memory: 4 bytes a step and entity for two days, for blocks with a score.
 */
export class RollupHistory {
  readonly #stepMs: DurationMs;
  readonly #stepsPerDay: number;
  readonly #shelf: DayShelf;
  readonly #entities = new Map<string, EntityHistory>();
  readonly #byObject = new WeakMap<EntityPlace, EntityHistory>();
  readonly #dirty = new Set<EntityHistory>();
  #bytes = 0;
  /** A whole day, put together for one visit. */
  readonly #whole: Float32Array;

  constructor(stepMs: DurationMs, shelf: DayShelf) {
    this.#stepMs = stepMs;
    this.#stepsPerDay = Math.ceil(DAY_MS / stepMs);
    this.#shelf = shelf;
    this.#whole = new Float32Array(this.#stepsPerDay);
  }

  /** Bytes of the scores that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Made when it is not known yet. */
  entity(place: EntityPlace): EntityHistory {
    const before = this.#byObject.get(place);
    if (before !== undefined) return before;
    const found = this.#byName(place);
    this.#byObject.set(place, found);
    return found;
  }

  #byName(place: EntityPlace): EntityHistory {
    const key = `${place.level}\0${place.clusterId}\0${place.nodeId}`;
    const known = this.#entities.get(key);
    if (known !== undefined) return known;
    const made = { place, days: new Map<number, HeldDay>(), day: -1, held: NO_DAY };
    this.#entities.set(key, made);
    return made;
  }

  put(entity: EntityHistory, startMs: EpochMs, score: number): void {
    const day = Math.floor(startMs / DAY_MS);
    if (entity.day !== day) {
      entity.held = entity.days.get(day) ?? this.#hold(entity, day);
      entity.day = day;
    }
    const step = Math.floor((startMs - day * DAY_MS) / this.#stepMs);
    const block = Math.floor(step / BLOCK_STEPS);
    let scores = entity.held.blocks[block];
    if (scores === undefined) {
      if (Number.isNaN(score)) return;
      scores = this.#newBlock(entity.held, block);
    }
    const at = step - block * BLOCK_STEPS;
    if (Object.is(scores[at], Math.fround(score))) return;
    scores[at] = score;
    entity.held.dirty.add(block);
    this.#dirty.add(entity);
  }

  /**
   * The days that a range touches, oldest first: the steps [first, end) of `scores` begin inside it,
   * step i at `dayMs` + i steps. NaN where there is no score. The column is the visit's only.
   */
  days(
    place: EntityPlace,
    range: TimeRange,
    visit: (scores: Float32Array, first: number, end: number, dayMs: EpochMs) => void,
  ): void {
    const entity = this.entity(place);
    const lastDay = Math.floor((range.endMs - 1) / DAY_MS);
    for (let day = Math.floor(range.startMs / DAY_MS); day <= lastDay; day++) {
      const dayMs = day * DAY_MS;
      const first = Math.max(0, Math.ceil((range.startMs - dayMs) / this.#stepMs));
      const end = Math.min(this.#stepsPerDay, Math.ceil((range.endMs - dayMs) / this.#stepMs));
      if (this.#fill(entity, day, first, end)) visit(this.#whole, first, end, dayMs);
    }
  }

  /** Scores of the steps that start inside the range, oldest first; `visit` is told each known one. */
  read(
    place: EntityPlace,
    range: TimeRange,
    visit: (startMs: EpochMs, score: number) => void,
  ): void {
    this.days(place, range, (scores, first, end, dayMs) => {
      for (let i = first; i < end; i++) {
        if (!Number.isNaN(scores[i]!)) visit(dayMs + i * this.#stepMs, scores[i]!);
      }
    });
  }

  /**
   * Writes what changed, up to `blocksMax` blocks in one transaction; true while there is more. What it has
   * written may be lost with the power, but then what is saved after it is lost too.
   */
  flush(blocksMax = Number.POSITIVE_INFINITY): boolean {
    const blocks: EntityBlock[] = [];
    const written: (readonly [HeldDay, number])[] = [];
    for (const entity of this.#dirty) {
      for (const [day, held] of entity.days) {
        for (const block of held.dirty) {
          blocks.push({ place: entity.place, day, block, scores: held.blocks[block]! });
          written.push([held, block]);
        }
      }
      if (blocks.length >= blocksMax) break;
    }
    if (blocks.length === 0) return false;
    this.#shelf.save(blocks);
    for (const [held, block] of written) held.dirty.delete(block);
    for (const entity of this.#dirty) {
      if (!isClean(entity)) break;
      this.#dirty.delete(entity);
      this.#forgetOld(entity);
    }
    return this.#dirty.size > 0;
  }

  /** Forgets the days before `day` that are held; those on the shelf are the caller's to delete. */
  dropBefore(day: number): void {
    for (const entity of this.#entities.values()) {
      for (const held of entity.days.keys()) if (held < day) this.#drop(entity, held);
      if (isClean(entity)) this.#dirty.delete(entity);
    }
  }

  #forgetOld(entity: EntityHistory): void {
    const newest = largestOf(entity.days.keys());
    for (const day of entity.days.keys()) if (day <= newest - HELD_DAYS) this.#drop(entity, day);
  }

  #drop(entity: EntityHistory, day: number): void {
    for (const block of entity.days.get(day)!.blocks) this.#bytes -= block?.byteLength ?? 0;
    entity.days.delete(day);
    if (entity.day === day) entity.day = -1;
  }

  /** Puts a day together where something is known of it; its other steps are NaN. */
  #fill(entity: EntityHistory, day: number, first: number, end: number): boolean {
    const whole = this.#whole;
    const held = entity.days.get(day);
    let isKnown = false;
    const lay = (firstStep: number, scores: Float32Array): void => {
      if (!isKnown) whole.fill(Number.NaN, first, end);
      isKnown = true;
      const from = Math.max(first, firstStep);
      const to = Math.min(end, firstStep + scores.length);
      for (let i = from; i < to; i++) whole[i] = scores[i - firstStep]!;
    };
    if (held === undefined) this.#shelf.load(entity.place, day, lay);
    else {
      held.blocks.forEach((scores, block) => {
        if (scores !== undefined) lay(block * BLOCK_STEPS, scores);
      });
    }
    return isKnown;
  }

  /** A day with what the shelf has of it. */
  #hold(entity: EntityHistory, day: number): HeldDay {
    const held: HeldDay = { blocks: [], dirty: new Set() };
    this.#shelf.load(entity.place, day, (firstStep, scores) => {
      const end = firstStep + scores.length;
      for (let step = firstStep; step < end; ) {
        const block = Math.floor(step / BLOCK_STEPS);
        const stop = Math.min(end, (block + 1) * BLOCK_STEPS);
        const into = held.blocks[block] ?? this.#newBlock(held, block);
        into.set(scores.subarray(step - firstStep, stop - firstStep), step - block * BLOCK_STEPS);
        step = stop;
      }
    });
    entity.days.set(day, held);
    return held;
  }

  #newBlock({ blocks }: HeldDay, block: number): Float32Array {
    const length = Math.min(BLOCK_STEPS, this.#stepsPerDay - block * BLOCK_STEPS);
    const scores = new Float32Array(length).fill(Number.NaN);
    while (blocks.length < block) blocks.push(undefined);
    blocks[block] = scores;
    this.#bytes += scores.byteLength;
    return scores;
  }
}

function isClean({ days }: EntityHistory): boolean {
  for (const { dirty } of days.values()) if (dirty.size > 0) return false;
  return true;
}
