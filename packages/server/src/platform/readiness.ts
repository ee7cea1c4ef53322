/** Whether the server can do all of its work now. Reads may go on where it cannot. */
export interface Readiness {
  readonly ready: boolean;
  /** What is missing, a line each for whoever asks /readyz; empty when ready. */
  readonly reasons: readonly string[];
  /** What is refused although it is ready, a line each. */
  readonly notes?: readonly string[];
}

/** How far a start has come, for /readyz. */
export interface StartProgress {
  /** What is being done now, e.g. "opening partitions". */
  readonly phase: string;
  /** Steps that are done, of `total`. */
  readonly done: number;
  readonly total: number;
}
