import { startOf } from "@foreshock/core/fold";
import type { TenantDirectory } from "../dispatch/directory.ts";
import { ByteTable } from "../ingest/byte-table.ts";
import type { IngestBatch, IngestPlace } from "../platform/ingest-batch.ts";
import { type PackedBatch, placeOfName } from "../platform/packed-batch.ts";

/** Bytes of names remembered per tenant; beyond it everything is forgotten and met again. */
const NAMES_BYTES_MAX = 32 * 2 ** 20;
/** One series may come with several sets of labels; so many of them are remembered, as a mean. */
const NAMES_PER_SERIES = 2;
const NAMES_MIN = 1024;
const NOTHING = new Uint8Array(0);
/** One that is not remembered; in cells of 20 ns. */
const PLACE_CELLS = 90;
const YIELD_PLACES = 256;

/**
 * The places of one tenant's series, found by the bytes of their names, so that a batch of known series
 * costs one look-up for each and no text. What the directory does not hold is not remembered.
 */
export class KnownPlaces {
  readonly #directory: TenantDirectory;
  readonly #decoder = new TextDecoder();
  #table = new ByteTable(NAMES_BYTES_MAX);
  #places: IngestPlace[] = [];

  constructor(directory: TenantDirectory) {
    this.#directory = directory;
  }

  /** Bytes that it takes, without the objects beside them. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** Names that are remembered. */
  get count(): number {
    return this.#places.length;
  }

  /**
   * The batch with its places. Its columns are the same ones, not copies. Yields what that cost, in cells
   * of 20 ns. Cost: O(bytes of names).
   */
  *unpacking({
    names,
    nameEnds,
    staleAt,
    ...columns
  }: PackedBatch): Generator<number, IngestBatch> {
    const places = new Array<IngestPlace>(nameEnds.length);
    for (let k = 0; k < nameEnds.length; k++) {
      places[k] = this.#place(names, startOf(nameEnds, k), nameEnds[k]!);
      if (k % YIELD_PLACES === YIELD_PLACES - 1) yield YIELD_PLACES * PLACE_CELLS;
    }
    return { ...columns, places, staleAt: Array.from(staleAt) };
  }

  #place(names: Uint8Array, start: number, end: number): IngestPlace {
    const index = this.#table.find(names, start, end);
    if (index >= 0) return this.#places[index]!;
    const named = placeOfName(this.#decoder.decode(names.subarray(start, end)));
    const place: IngestPlace = { ...named, memo: { handle: -1 } };
    const info = this.#directory.find(place);
    if (info === undefined) return place;
    // The texts that the directory keeps anyway; labels are of use for new series only.
    const { clusterId, nodeId, metricName } = info.key;
    const { counter } = named;
    const said = counter === undefined ? {} : { counter };
    const memo = { handle: info.handle };
    const known: IngestPlace = { clusterId, nodeId, metricName, ...said, memo };
    this.#remember(names, start, end, known);
    return known;
  }

  #remember(names: Uint8Array, start: number, end: number, place: IngestPlace): void {
    const namesMax = NAMES_MIN + NAMES_PER_SERIES * this.#directory.series.length;
    if (this.#places.length >= namesMax || !this.#table.add(names, start, end, NOTHING)) {
      this.#table = new ByteTable(NAMES_BYTES_MAX);
      this.#places = [];
      this.#table.add(names, start, end, NOTHING);
    }
    if (this.#table.count > this.#places.length) this.#places.push(place);
  }
}
