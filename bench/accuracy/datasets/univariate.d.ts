import { type LabelledSeries } from "./record.ts";
/** The Numenta benchmark: labels are windows around the anomalies, about a tenth of each file. */
export declare function readNab(folder: string): LabelledSeries[];
/** Synthetic series of Merlion, with made-up times. */
export declare function readMerlionSynthetic(folder: string): LabelledSeries[];
/** Telemetry of Microsoft's services, labelled by the people who run them. */
export declare function readMsCloudMonitoring(folder: string): LabelledSeries[];
/** Single KPIs of the AIOps kind. */
export declare function readKpiSamples(folder: string): LabelledSeries[];
