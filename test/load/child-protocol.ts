/** What the process that measures asks of the server's. */
export interface Ask {
  readonly id: number;
  readonly what: "checkpoint" | "settle" | "figures";
}

export type FromChild =
  | { readonly type: "ready"; readonly url: string }
  | { readonly type: "done"; readonly id: number; readonly figures: ThreadFigures }
  | { readonly type: "failed"; readonly id: number; readonly reason: string };

export interface ThreadFigures {
  /** Of all threads, since the process began. */
  readonly cpuMs: number;
  /** Longest time for which the main thread ran no event, since it was asked before. */
  readonly blockMs: number;
}
