import type { IncidentCase } from "./incident-case.ts";
/** Two microservice systems with injected faults; all pods of a day joined on the minute. */
export declare function readNezha(folder: string): IncidentCase[];
