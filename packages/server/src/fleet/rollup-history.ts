import {
  DAY_MS,
  type DurationMs,
  type EpochMs,
  largestOf,
  type TimeRange,
} from "@foreshock/core/fold";

/** Where whole days of an entity are kept. */
export interface DayShelf {
  /** Undefined when nothing is kept for the day. */
  load(place: EntityPlace, day: number): Float32Array | undefined;
  save(days: readonly EntityDay[]): void;
}

export interface EntityPlace {
  readonly level: "node" | "cluster" | "tenant";
  readonly clusterId: string;
  readonly nodeId: string;
}

export interface EntityDay {
  readonly place: EntityPlace;
  readonly day: number;
  readonly scores: Float32Array;
}

/** Days of an entity held in memory at once; older ones are read from the shelf each time. */
const HELD_DAYS = 2;

/** What is held of one entity. Opaque outside: whoever writes often keeps it instead of asking by name. */
export interface EntityHistory {
  readonly place: EntityPlace;
  readonly days: Map<number, Float32Array>;
  readonly dirty: Set<number>;
  /** The day written last, and its scores. */
  day: number;
  scores: Float32Array;
}

const NO_SCORES = new Float32Array(0);

/**
 * Scores of a tenant's entities over time, one number a step, NaN where there is none. The newest
 * days are held in memory and written behind; a step may be written again (late points).
 * Memory: 4 bytes a step and entity for two days.
 */
export class RollupHistory {
  readonly #stepMs: DurationMs;
  readonly #stepsPerDay: number;
  readonly #shelf: DayShelf;
  readonly #entities = new Map<string, EntityHistory>();
  readonly #byObject = new WeakMap<EntityPlace, EntityHistory>();

  constructor(stepMs: DurationMs, shelf: DayShelf) {
    this.#stepMs = stepMs;
    this.#stepsPerDay = Math.ceil(DAY_MS / stepMs);
    this.#shelf = shelf;
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
    const days = new Map<number, Float32Array>();
    const made = { place, days, dirty: new Set<number>(), day: -1, scores: NO_SCORES };
    this.#entities.set(key, made);
    return made;
  }

  put(entity: EntityHistory, startMs: EpochMs, score: number): void {
    const day = Math.floor(startMs / DAY_MS);
    if (entity.day !== day || !entity.dirty.has(day)) {
      entity.scores = entity.days.get(day) ?? this.#hold(entity, day);
      entity.day = day;
      entity.dirty.add(day);
    }
    entity.scores[Math.floor((startMs - day * DAY_MS) / this.#stepMs)] = score;
  }

  /**
   * The days that a range touches, oldest first: the steps [first, end) of `scores` begin inside it,
   * step i at `dayMs` + i steps. NaN where there is no score.
   */
  days(
    place: EntityPlace,
    range: TimeRange,
    visit: (scores: Float32Array, first: number, end: number, dayMs: EpochMs) => void,
  ): void {
    const entity = this.entity(place);
    const lastDay = Math.floor((range.endMs - 1) / DAY_MS);
    for (let day = Math.floor(range.startMs / DAY_MS); day <= lastDay; day++) {
      const scores = entity.days.get(day) ?? this.#shelf.load(place, day);
      if (scores === undefined) continue;
      const dayMs = day * DAY_MS;
      const first = Math.max(0, Math.ceil((range.startMs - dayMs) / this.#stepMs));
      const end = Math.min(scores.length, Math.ceil((range.endMs - dayMs) / this.#stepMs));
      visit(scores, first, end, dayMs);
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

  /** Writes what changed. It counts as unwritten until `flushed`, so that a failed transaction loses none of it. */
  flush(): void {
    const changed: EntityDay[] = [];
    for (const { place, days, dirty } of this.#entities.values()) {
      for (const day of dirty) changed.push({ place, day, scores: days.get(day)! });
    }
    if (changed.length > 0) this.#shelf.save(changed);
  }

  /** What `flush` wrote is durable: old days leave memory. */
  flushed(): void {
    for (const { days, dirty } of this.#entities.values()) {
      dirty.clear();
      const newest = largestOf(days.keys());
      for (const day of days.keys()) if (day <= newest - HELD_DAYS) days.delete(day);
    }
  }

  /** Forgets the days before `day` that are held; those on the shelf are the caller's to delete. */
  dropBefore(day: number): void {
    for (const entity of this.#entities.values()) {
      for (const held of entity.days.keys()) {
        if (held >= day) continue;
        entity.days.delete(held);
        entity.dirty.delete(held);
        if (entity.day === held) entity.day = -1;
      }
    }
  }

  #hold(entity: EntityHistory, day: number): Float32Array {
    const kept = this.#shelf.load(entity.place, day);
    const scores = kept?.slice() ?? new Float32Array(this.#stepsPerDay).fill(Number.NaN);
    entity.days.set(day, scores);
    return scores;
  }
}
