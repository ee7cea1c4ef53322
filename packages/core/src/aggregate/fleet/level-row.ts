import { unreadable } from "../../model/state-bytes.ts";
import type { ByteReader, ByteWriter } from "./column-bytes.ts";

/** Of rows into which nothing was folded; there may be many. */
const NO_P = new Float64Array(0);
const NO_PROMISES = new Float32Array(0);
const NO_COUNTS = new Int32Array(0);

/** What one level of one step came to. Index = entity; NaN where it had no value. */
export class LevelRow {
  /** What the entity's tail says: evidence for the level above. */
  p: Float64Array = NO_P;
  /** The same after the second look: what the entity itself promises. Single precision: for scores only. */
  promisedP: Float32Array = NO_PROMISES;

  /** Makes room for `count` entities; new ones have had no value in this step. */
  reserve(count: number): void {
    if (count <= this.p.length) return;
    const p = new Float64Array(count).fill(Number.NaN);
    p.set(this.p);
    this.p = p;
    const promisedP = new Float32Array(count).fill(Number.NaN);
    promisedP.set(this.promisedP);
    this.promisedP = promisedP;
  }

  /** The entity had no value in this step. */
  clear(e: number): void {
    if (e >= this.p.length) return;
    this.p[e] = Number.NaN;
    this.promisedP[e] = Number.NaN;
  }

  get bytes(): number {
    return this.p.byteLength + this.promisedP.byteLength;
  }

  /** Its columns are let go: `read` gives it others. */
  release(): void {
    this.p = NO_P;
    this.promisedP = NO_PROMISES;
  }

  write(writer: ByteWriter): void {
    writer.number(this.p.length);
    writer.column(this.p);
    writer.column(this.promisedP);
  }

  /** @throws Refusal "state/unreadable" */
  read(reader: ByteReader, countMax: number): void {
    const count = reader.number();
    if (!(count <= countMax)) throw unreadable("a row of more entities than there are", { count });
    this.p = reader.floats(count);
    this.promisedP = reader.singles(count);
  }
}

/** A level above the nodes: how many children had a value, and how many of them were anomalous. */
export class GroupRow extends LevelRow {
  children: Int32Array = NO_COUNTS;
  anomalous: Int32Array = NO_COUNTS;

  override reserve(count: number): void {
    if (count <= this.p.length) return;
    super.reserve(count);
    const { children, anomalous } = this;
    this.children = new Int32Array(count);
    this.children.set(children);
    this.anomalous = new Int32Array(count);
    this.anomalous.set(anomalous);
  }

  override clear(e: number): void {
    if (e >= this.p.length) return;
    super.clear(e);
    this.children[e] = 0;
    this.anomalous[e] = 0;
  }

  override get bytes(): number {
    return super.bytes + this.children.byteLength + this.anomalous.byteLength;
  }

  override release(): void {
    super.release();
    this.children = NO_COUNTS;
    this.anomalous = NO_COUNTS;
  }

  override write(writer: ByteWriter): void {
    super.write(writer);
    writer.column(this.children);
    writer.column(this.anomalous);
  }

  override read(reader: ByteReader, countMax: number): void {
    super.read(reader, countMax);
    this.children = reader.ints(this.p.length);
    this.anomalous = reader.ints(this.p.length);
  }
}
