import type { IncidentCase } from "./incident-case.ts";
import type { LabelledSeries } from "./record.ts";
export declare const UNIVARIATE_SETS: readonly ["nab", "ms-cloud-monitoring", "merlion-synthetic", "kpi-samples"];
export declare const NODE_SETS: readonly ["asd", "smd", "jumpstarter"];
export declare const INCIDENT_SETS: readonly ["nezha", "petshop"];
export type SeriesSet = (typeof UNIVARIATE_SETS)[number] | (typeof NODE_SETS)[number];
export type IncidentSet = (typeof INCIDENT_SETS)[number];
/** The labelled series of one set, in the order of eval/loaders.py. @throws where it is not there. */
export declare function readSeriesSet(dataDir: string, name: SeriesSet): LabelledSeries[];
/** The incidents of one set, in the order of eval/loaders.py. @throws where it is not there. */
export declare function readIncidentSet(dataDir: string, name: IncidentSet): IncidentCase[];
