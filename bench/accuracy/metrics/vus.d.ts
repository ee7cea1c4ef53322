export interface Vus {
    /** Volume under the surface of precision and recall; NaN where nothing or everything is labelled. */
    readonly pr: number;
    readonly roc: number;
}
/**
 * Area under the range PR and ROC curve, averaged over buffers of 0 to `window` points around each
 * event, so that neither an early nor a late alarm is punished hard. 250 thresholds by rank.
 *
 * Cost: one sort, and per buffer length one pass over the points near events.
 * Source: Paparrizos et al., "Volume under the surface", VLDB 2022; as evaluated by TSB-AD.
 */
export declare function vus(score: ArrayLike<number>, labels: ArrayLike<number>, window: number): Vus;
