/** What is said of the entities that were folded last, and kept for the visit of their step only. */
export class Said {
  stageP = new Float64Array(0);
  children = new Int32Array(0);
  anomalous = new Int32Array(0);

  /** Room for `count` entities of which nothing is said. */
  begin(count: number): void {
    if (count > this.stageP.length) {
      const room = Math.ceil(1.5 * count);
      this.stageP = new Float64Array(room);
      this.children = new Int32Array(room);
      this.anomalous = new Int32Array(room);
    }
    this.stageP.fill(Number.NaN, 0, count);
    this.children.fill(0, 0, count);
    this.anomalous.fill(0, 0, count);
  }
}
