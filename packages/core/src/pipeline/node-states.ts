import { ByteWriter } from "../aggregate/fleet/column-bytes.ts";
import { type Piece, readPiece } from "../aggregate/fleet/piece.ts";
import { SILENCE_STATE_LENGTH } from "../engine/absence/silence-detector.ts";

const CAPACITY_MIN = 16;
/** Nodes that are saved together: 116 kB. */
export const CHUNK_NODES = 1024;
const CHUNK_SHIFT = 10;

/** What is decided of a node, in bits. */
export const NODE_MARK = {
  /** It has left, and nobody misses it: it was replaced, or nodes leave at that hour. */
  excused: 1,
  /** It has left, and nothing explains it. */
  missed: 2,
  /** It has taken the place of a node that left: it takes no other's. */
  used: 4,
} as const;
/** Of a node that has left. */
export const LEFT: number = NODE_MARK.excused | NODE_MARK.missed;

/** What is known of the nodes as of some step, in columns by node number. 113 bytes per node. */
export class NodeColumns {
  detectors: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN * SILENCE_STATE_LENGTH);
  /** Live step in which the node came to be, or came again after it had left; 0 before. */
  came: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN);
  /** NODE_MARK. */
  marks: Uint8Array<ArrayBuffer> = new Uint8Array(CAPACITY_MIN);

  get bytes(): number {
    return this.detectors.byteLength + this.came.byteLength + this.marks.byteLength;
  }

  reserve(count: number): void {
    if (count <= this.marks.length) return;
    const capacity = Math.max(count, 2 * this.marks.length);
    this.detectors = filled(new Float64Array(capacity * SILENCE_STATE_LENGTH), this.detectors);
    this.came = filled(new Float64Array(capacity), this.came);
    this.marks = filled(new Uint8Array(capacity), this.marks);
  }

  /** Makes a node what it is in other columns. */
  copyFrom(from: NodeColumns, node: number): void {
    const at = node * SILENCE_STATE_LENGTH;
    for (let i = at; i < at + SILENCE_STATE_LENGTH; i++) this.detectors[i] = from.detectors[i]!;
    this.came[node] = from.came[node]!;
    this.marks[node] = from.marks[node]!;
  }
}

/** The nodes as of the newest step looked at, and as of the oldest that may still change. */
export class NodeStates {
  count = 0;
  readonly heads: NodeColumns = new NodeColumns();
  /** The heads follow from these and the steps since: only these are saved. */
  readonly bases: NodeColumns = new NodeColumns();
  /** 1 = something of the chunk of nodes has changed since it was saved. */
  changed: Uint8Array<ArrayBuffer> = new Uint8Array(1);

  get bytes(): number {
    return this.heads.bytes + this.bases.bytes;
  }

  get chunks(): number {
    return Math.ceil(this.count / CHUNK_NODES);
  }

  reserve(count: number): void {
    if (count <= this.count) return;
    this.heads.reserve(count);
    this.bases.reserve(count);
    this.changed = filled(new Uint8Array((count >>> CHUNK_SHIFT) + 1), this.changed);
    for (; this.count < count; this.count++) this.changed[this.count >>> CHUNK_SHIFT] = 1;
  }

  write(chunk: number): Uint8Array {
    const from = chunk << CHUNK_SHIFT;
    const end = Math.min(this.count, from + CHUNK_NODES);
    const { detectors, came, marks } = this.bases;
    const writer = new ByteWriter();
    writer.column(detectors.subarray(from * SILENCE_STATE_LENGTH, end * SILENCE_STATE_LENGTH));
    writer.column(came.subarray(from, end));
    writer.column(marks.subarray(from, end));
    return writer.bytes();
  }

  /** @throws Refusal "state/unreadable" */
  read(piece: Piece): void {
    const from = piece.chunk << CHUNK_SHIFT;
    const count = Math.min(this.count, from + CHUNK_NODES) - from;
    const { detectors, came, marks } = this.bases;
    readPiece(piece, (reader) => {
      detectors.set(reader.floats(count * SILENCE_STATE_LENGTH), from * SILENCE_STATE_LENGTH);
      came.set(reader.floats(count), from);
      marks.set(reader.octets(count), from);
      reader.end();
    });
  }
}

function filled<Column extends Float64Array | Uint8Array>(column: Column, from: Column): Column {
  column.set(from);
  return column;
}
