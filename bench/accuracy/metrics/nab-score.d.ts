import type { IndexRange } from "../datasets/record.ts";
/** Weights of the three application profiles of the benchmark. */
export declare const NAB_PROFILES: {
    readonly standard: {
        readonly hit: 1;
        readonly falseAlarm: 0.11;
        readonly miss: 1;
    };
    readonly "low-FP": {
        readonly hit: 1;
        readonly falseAlarm: 0.22;
        readonly miss: 1;
    };
    readonly "low-FN": {
        readonly hit: 1;
        readonly falseAlarm: 0.11;
        readonly miss: 2;
    };
};
export type NabProfile = keyof typeof NAB_PROFILES;
/** One scored series and its labelled windows. */
export interface NabSeries {
    readonly score: ArrayLike<number>;
    readonly windows: readonly IndexRange[];
}
export interface NabScore {
    /** 0 = a silent detector, 100 = a perfect one. */
    readonly score: number;
    /** Infinity where staying silent is best. */
    readonly threshold: number;
}
/**
 * The score of the Numenta benchmark over a whole corpus: early alarms in a window are worth most,
 * only a window's best counts, false alarms cost little. The first 15 % of a series are not scored.
 *
 * @param threshold a fixed one; left out, the single best of the corpus (the benchmark's own rule,
 *   an oracle).
 */
export declare function nabScore(series: readonly NabSeries[], profile: NabProfile, threshold?: number): NabScore;
