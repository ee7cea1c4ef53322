import { type LabelledSeries } from "./record.ts";
/** Server Machine Dataset: 1 minute; a range of the interpretation ends before its last number. */
export declare function readSmd(folder: string): LabelledSeries[];
/** Application Server Dataset: 5 minutes; a range of the interpretation includes its last number. */
export declare function readAsd(folder: string): LabelledSeries[];
/** Services of a content platform: 5 minutes, no names, no contributing metrics. */
export declare function readJumpstarter(folder: string): LabelledSeries[];
