import { jsonBytes, NO_STEP, PIECE, type Piece, readJson } from "../aggregate/fleet/piece.ts";
import { unreadable } from "../model/state-bytes.ts";
import { type DurationMs, HOUR_MS } from "../model/time.ts";

/** Nodes that left are counted by the hour, and remembered for so many days. */
const DAY_HOURS = 24;
const HABIT_DAYS = 8;
/** On so many of those days as many must have left by the same hour. Once is no habit. */
const HABIT_DAYS_MIN = 2;
/** What counts as one evening: the hours before, and one hour of grace. */
const EVENING_HOURS = 12;
const GRACE_HOURS = 1;
const KEPT_HOURS = HABIT_DAYS * DAY_HOURS + EVENING_HOURS + DAY_HOURS;

/** A node that left, as long as late points may still change that. */
export interface Departure {
  readonly step: number;
  /** Nothing came in its place. */
  readonly isUnreplaced: boolean;
}

/**
 * How many nodes of each cluster left without another in their place, by the hour: what goes every evening,
 * when load is low, is a habit. At most 228 numbers per cluster, however many nodes leave.
 */
export class Departures {
  readonly #stepMs: DurationMs;
  /** By cluster, hour since the epoch and count: those that nothing changes any more. */
  readonly #settled = new Map<number, Map<number, number>>();
  /** By cluster, ascending by step: those of the horizon. */
  readonly #recent = new Map<number, Departure[]>();
  readonly #changed = new Set<number>();

  constructor(stepMs: DurationMs) {
    this.#stepMs = stepMs;
  }

  get bytes(): number {
    let entries = 0;
    for (const hours of this.#settled.values()) entries += hours.size;
    for (const departures of this.#recent.values()) entries += departures.length;
    return 32 * entries;
  }

  /** Whether a node of the cluster left within the horizon. */
  anyRecent(cluster: number): boolean {
    return this.#recent.has(cluster);
  }

  /** What is known of the cluster's horizon is found again. */
  forgetRecent(cluster: number): void {
    this.#recent.delete(cluster);
  }

  note(cluster: number, departure: Departure): void {
    const known = this.#recent.get(cluster);
    if (known === undefined) this.#recent.set(cluster, [departure]);
    else known.push(departure);
  }

  /** The same of a step that has left the horizon. */
  settle(cluster: number, { step, isUnreplaced }: Departure): void {
    if (!isUnreplaced) return;
    const hours = this.#settled.get(cluster) ?? new Map<number, number>();
    this.#settled.set(cluster, hours);
    const hour = this.#hourOf(step);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
    for (const old of hours.keys()) if (old < hour - KEPT_HOURS) hours.delete(old);
    this.#changed.add(cluster);
  }

  /** Steps up to this one have left the horizon. */
  drop(step: number): void {
    for (const [cluster, departures] of this.#recent) {
      const kept = departures.findIndex((one) => one.step > step);
      if (kept < 0) this.#recent.delete(cluster);
      else if (kept > 0) departures.splice(0, kept);
    }
  }

  /**
   * Whether one more node that leaves in this step is no more than leave by this hour on other days.
   * `horizon`: those of the horizon count as well.
   */
  isHabit(cluster: number, step: number, horizon: boolean): boolean {
    const settled = this.#settled.get(cluster);
    const recent = horizon ? (this.#recent.get(cluster) ?? []) : [];
    const unreplaced = recent.filter(({ isUnreplaced }) => isUnreplaced);
    const count = (from: number, to: number): number => {
      let sum = 0;
      for (let hour = from; hour <= to; hour++) sum += settled?.get(hour) ?? 0;
      for (const one of unreplaced) {
        const hour = this.#hourOf(one.step);
        if (hour >= from && hour <= to) sum++;
      }
      return sum;
    };
    const now = this.#hourOf(step);
    const today = 1 + count(now - EVENING_HOURS + 1, now);
    let days = 0;
    for (let day = 1; day <= HABIT_DAYS && days < HABIT_DAYS_MIN; day++) {
      const then = now - day * DAY_HOURS;
      if (count(then - EVENING_HOURS + 1, then + GRACE_HOURS) >= today) days++;
    }
    return days >= HABIT_DAYS_MIN;
  }

  /** Clusters of which something is kept. */
  get count(): number {
    return this.#settled.size;
  }

  *pieces(which: "all" | "changed"): Generator<Piece> {
    const clusters = which === "all" ? [...this.#settled.keys()] : [...this.#changed];
    for (const cluster of clusters.sort((a, b) => a - b)) {
      const hours = [...this.#settled.get(cluster)!].sort(([a], [b]) => a - b);
      yield { kind: PIECE.departures, chunk: cluster, step: NO_STEP, bytes: jsonBytes(hours) };
    }
  }

  saved(): void {
    this.#changed.clear();
  }

  /** @throws Refusal "state/unreadable" */
  read({ chunk, bytes }: Piece, clusterCount: number): void {
    const hours = readJson(bytes);
    const isOne = Array.isArray(hours) && hours.every(isEntry);
    if (!isOne || !(chunk >= 0 && chunk < clusterCount)) {
      throw unreadable("who left a cluster is not told", { cluster: chunk });
    }
    this.#settled.set(chunk, new Map(hours as [number, number][]));
  }

  #hourOf(step: number): number {
    return Math.floor((step * this.#stepMs) / HOUR_MS);
  }
}

function isEntry(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length === 2 && entry.every(Number.isInteger);
}
