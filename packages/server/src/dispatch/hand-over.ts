import { startOf } from "@foreshock/core/fold";
import type { FreshSeries } from "../partition/fresh-series.ts";
import type { AppendPart } from "../partition/protocol.ts";
import type { SeriesInfo } from "./directory.ts";

export interface Receivers {
  readonly workerCount: number;
  /** Handles that their worker knows; extended here. */
  readonly announced: Set<number>;
  /** Series whose worker has to hear that they changed their nature. */
  readonly retold: readonly SeriesInfo[];
}

/**
 * Runs of accepted points, sorted into columns per partition. All parts of one worker share one
 * buffer, which is transferred to it without copying.
 */
export class HandOver {
  readonly #infos: SeriesInfo[] = [];
  readonly #ends: Int32Array;
  readonly #times: Float64Array;
  readonly #values: Float64Array;

  /** The columns hold the points of all runs that will be added, one after the other. */
  constructor(runsMax: number, times: Float64Array, values: Float64Array) {
    this.#ends = new Int32Array(runsMax);
    this.#times = times;
    this.#values = values;
  }

  /** The next run ends at `end` of the columns. */
  add(info: SeriesInfo, end: number): void {
    this.#ends[this.#infos.length] = end;
    this.#infos.push(info);
  }

  /** By worker. Series that are not in `announced` yet are announced with their part, and added to it. */
  parts({ workerCount, announced, retold }: Receivers): (AppendPart[] | undefined)[] {
    const sizes = this.#sizes();
    for (const { partition } of retold) {
      if (!sizes.has(partition)) sizes.set(partition, { runs: 0, points: 0 });
    }
    const workers: (AppendPart[] | undefined)[] = new Array(workerCount).fill(undefined);
    const filling = new Map<number, Filling>();
    for (let worker = 0; worker < workerCount; worker++) {
      const own = [...sizes].filter(([partition]) => partition % workerCount === worker);
      if (own.length === 0) continue;
      const room = new Room(own.map(([, size]) => size));
      workers[worker] = own.map(([partition, { runs, points }]) => {
        const lists = { fresh: [] as FreshSeries[], retold: [] as FreshSeries[] };
        const part = { partition, ...lists, ...room.take(runs, points) };
        filling.set(partition, { part, run: 0, point: 0 });
        return part;
      });
    }
    for (const info of retold) {
      const { part } = filling.get(info.partition)!;
      announce(info, announced, part.fresh);
      part.retold.push(freshOf(info));
    }
    this.#fill(filling, announced);
    return workers;
  }

  #sizes(): Map<number, Size> {
    const sizes = new Map<number, Size>();
    for (let k = 0; k < this.#infos.length; k++) {
      const { partition } = this.#infos[k]!;
      const size = sizes.get(partition) ?? { runs: 0, points: 0 };
      sizes.set(partition, size);
      size.runs++;
      size.points += this.#ends[k]! - startOf(this.#ends, k);
    }
    return sizes;
  }

  #fill(filling: ReadonlyMap<number, Filling>, announced: Set<number>): void {
    for (let k = 0, first = 0; k < this.#infos.length; k++) {
      const info = this.#infos[k]!;
      const end = this.#ends[k]!;
      const into = filling.get(info.partition)!;
      const { handles, ends, times, values, fresh } = into.part;
      announce(info, announced, fresh);
      for (let i = first; i < end; i++) {
        times[into.point] = this.#times[i]!;
        values[into.point] = this.#values[i]!;
        into.point++;
      }
      handles[into.run] = info.handle;
      ends[into.run] = into.point;
      into.run++;
      first = end;
    }
  }
}

function announce(info: SeriesInfo, announced: Set<number>, fresh: FreshSeries[]): void {
  if (announced.has(info.handle)) return;
  announced.add(info.handle);
  fresh.push(freshOf(info));
}

function freshOf({ handle, key, metadata }: SeriesInfo): FreshSeries {
  return { handle, key, metadata };
}

interface Size {
  runs: number;
  points: number;
}

interface Filling {
  readonly part: AppendPart & {
    readonly fresh: FreshSeries[];
    readonly retold: FreshSeries[];
  };
  run: number;
  point: number;
}

/** One buffer for the columns of several parts: all doubles first, so that they are aligned to 8 bytes. */
class Room {
  readonly #buffer: ArrayBuffer;
  #doubleAt = 0;
  #intAt: number;

  constructor(sizes: readonly Size[]) {
    const points = sizes.reduce((sum, size) => sum + size.points, 0);
    const runs = sizes.reduce((sum, size) => sum + size.runs, 0);
    this.#buffer = new ArrayBuffer(16 * points + 8 * runs);
    this.#intAt = 16 * points;
  }

  take(runs: number, points: number): Pick<AppendPart, "times" | "values" | "handles" | "ends"> {
    const times = new Float64Array(this.#buffer, this.#doubleAt, points);
    const values = new Float64Array(this.#buffer, this.#doubleAt + 8 * points, points);
    const handles = new Int32Array(this.#buffer, this.#intAt, runs);
    const ends = new Int32Array(this.#buffer, this.#intAt + 4 * runs, runs);
    this.#doubleAt += 16 * points;
    this.#intAt += 8 * runs;
    return { times, values, handles, ends };
  }
}
