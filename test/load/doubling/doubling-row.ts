/** CPU of the whole server, all threads, for the same thing at three sizes. */
export interface DoublingRow {
  readonly shape: string;
  readonly what: string;
  readonly n: number;
  readonly cpuMs: readonly [one: number, two: number, four: number];
}
