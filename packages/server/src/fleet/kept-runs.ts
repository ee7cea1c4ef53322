import { type EpochMs, Refusal } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";

const FORMAT = 1;
const BYTES_PER_POINT = 8 + 8 + 8 + 1;

/** A run of scored points, [first, end) of its columns. */
export interface ScoredColumns {
  readonly times: Float64Array;
  readonly p: Float64Array;
  readonly flat: Float64Array;
  readonly phase: Uint8Array;
}

interface KeptRun extends ScoredColumns {
  readonly info: SeriesInfo;
}

/**
 * Scored points of a tenant whose grid is not chosen yet. They are saved with a checkpoint as the
 * fold is, so that a tenant that waits for its grid holds up no other tenant and no log.
 */
export class KeptRuns {
  #runs: KeptRun[] = [];

  get count(): number {
    return this.#runs.length;
  }

  /** Newest time of all runs; -Infinity without any. */
  newestMs(): EpochMs {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { times } of this.#runs) {
      for (const atMs of times) if (atMs > newest) newest = atMs;
    }
    return newest;
  }

  /** Copies what it keeps. */
  add(info: SeriesInfo, columns: ScoredColumns, first: number, end: number): void {
    this.#runs.push({
      info,
      times: columns.times.slice(first, end),
      p: columns.p.slice(first, end),
      flat: columns.flat.slice(first, end),
      phase: columns.phase.slice(first, end),
    });
  }

  /** Hands all runs over, in order of arrival, and forgets them. */
  takeAll(visit: (info: SeriesInfo, columns: ScoredColumns, end: number) => void): void {
    const runs = this.#runs;
    this.#runs = [];
    for (const { info, ...columns } of runs) visit(info, columns, columns.times.length);
  }

  /** Series by their public id; everything else as columns. O(points). */
  save(): Uint8Array {
    const header = JSON.stringify({
      format: FORMAT,
      runs: this.#runs.map(({ info, times }) => [info.id, times.length]),
    });
    const head = new TextEncoder().encode(header);
    const points = this.#runs.reduce((sum, { times }) => sum + times.length, 0);
    const bytes = new Uint8Array(4 + head.length + points * BYTES_PER_POINT);
    new DataView(bytes.buffer).setUint32(0, head.length, true);
    bytes.set(head, 4);
    let at = 4 + head.length;
    for (const { times, p, flat, phase } of this.#runs) {
      for (const column of [times, p, flat, phase]) {
        bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
        at += column.byteLength;
      }
    }
    return bytes;
  }

  /**
   * Takes up what `save` gave; runs of series that are not known any more are left out.
   *
   * @throws Refusal "state/unreadable" for bytes of another format or length.
   */
  restore(bytes: Uint8Array, byId: (seriesId: string) => SeriesInfo | undefined): void {
    const { runs, bodyAt } = headerOf(bytes);
    let at = bodyAt;
    const column = (length: number): Float64Array => {
      const copy = bytes.slice(at, at + 8 * length);
      at += copy.length;
      return new Float64Array(copy.buffer, 0, length);
    };
    for (const [id, count] of runs) {
      const [times, p, flat] = [column(count), column(count), column(count)];
      const phase = bytes.slice(at, at + count);
      at += count;
      const info = byId(id);
      if (info !== undefined) this.#runs.push({ info, times, p, flat, phase });
    }
  }
}

function headerOf(bytes: Uint8Array): { runs: [id: string, count: number][]; bodyAt: number } {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
      0,
      true,
    );
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const bodyAt = 4 + length;
    const points = header.runs.reduce((sum: number, [, count]: [string, number]) => sum + count, 0);
    if (header.format === FORMAT && bytes.length === bodyAt + points * BYTES_PER_POINT) {
      return { runs: header.runs, bodyAt };
    }
  } catch {
    // Said below: whatever is wrong with them, these bytes cannot be read.
  }
  throw new Refusal("state/unreadable", "kept runs of another format", { bytes: bytes.length });
}
