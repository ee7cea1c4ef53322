/**
 * A number of one numbering. A plain number fits every numbering, so that columns and loops need no
 * cast, but a number of one does not fit another: handing a handle to the store does not compile.
 * Types alone, nothing at run time.
 */
export type NumberIn<Numbering extends string> = number & { readonly __numbering?: Numbering };

/**
 * A series' number in the fold of its tenant: the order of registration, as `addSeries` gives it.
 * It dies with the fold's state. "Series id" is the public `srs_` text and nothing else.
 */
export type SeriesNumber = NumberIn<"tenant fold">;
