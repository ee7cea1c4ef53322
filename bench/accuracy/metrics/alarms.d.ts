/** How alarms are counted. Both numbers are points. */
export interface AlarmRule {
    readonly threshold: number;
    /** Runs at most so many quiet points apart are one alarm. */
    readonly mergeGap: number;
    /** An event is widened by so many points on both sides. */
    readonly tolerance: number;
}
/** What a user would have seen at a fixed threshold; of one series, or summed over several. */
export interface AlarmCounts {
    readonly events: number;
    readonly detected: number;
    readonly alarms: number;
    /** Alarms that touch an event. */
    readonly trueAlarms: number;
    /** Length of the scored span, labelled or not. */
    readonly days: number;
    /** From the start of each detected event to its first alarm point. */
    readonly delaysMs: readonly number[];
}
/** The counts of one series. Missing scores are no alarm. */
export declare function countAlarms(score: Float64Array, labels: Uint8Array, timestampsMs: Float64Array, { threshold, mergeGap, tolerance }: AlarmRule): AlarmCounts;
/** Sums over series (micro average). */
export declare function poolAlarms(counts: readonly AlarmCounts[]): AlarmCounts;
export interface AlarmQuality {
    /** Share of the alarms that touch an event; NaN without an alarm. */
    readonly precision: number;
    /** Share of the events with an alarm; NaN without an event. */
    readonly recall: number;
    /** 0 where nothing was right; NaN without an event. */
    readonly f1: number;
    readonly falsePerDay: number;
    /** NaN where nothing was detected. */
    readonly delayMsMedian: number;
}
export declare function qualityOf(counts: AlarmCounts): AlarmQuality;
