/**
 * A copy in which every point has a place: NaN and -infinity below the smallest real score,
 * +infinity at the largest. All 0 where no score is finite.
 */
export declare function placedScores(score: ArrayLike<number>): Float64Array;
/** Point indices from the highest score down; equal scores keep their order. */
export declare function descending(score: Float64Array): Int32Array;
/** Average precision (area in steps, equal scores as one threshold). NaN without a labelled point. */
export declare function aucPr(score: ArrayLike<number>, labels: ArrayLike<number>): number;
/** NaN where all points or none are labelled. */
export declare function aucRoc(score: ArrayLike<number>, labels: ArrayLike<number>): number;
/** Best F1 of points over all thresholds: an oracle, for comparison with papers only. */
export declare function bestF1(score: ArrayLike<number>, labels: ArrayLike<number>): number;
