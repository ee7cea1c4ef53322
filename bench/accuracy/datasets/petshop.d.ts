import type { IncidentCase } from "./incident-case.ts";
/** Injected performance issues in a shop on AWS. Scenarios without normal data have an empty `normal`. */
export declare function readPetshop(folder: string): IncidentCase[];
/** One service is listed under several component names (name, name_client, name_AWS::...). */
export declare function sameNode(a: string, b: string): boolean;
