import { existsSync } from "node:fs";
import { join } from "node:path";
import type { IncidentCase } from "./incident-case.ts";
import { readNezha } from "./nezha.ts";
import { readAsd, readJumpstarter, readSmd } from "./nodes.ts";
import { readPetshop } from "./petshop.ts";
import type { LabelledSeries } from "./record.ts";
import {
  readKpiSamples,
  readMerlionSynthetic,
  readMsCloudMonitoring,
  readNab,
} from "./univariate.ts";

export const UNIVARIATE_SETS = [
  "nab",
  "ms-cloud-monitoring",
  "merlion-synthetic",
  "kpi-samples",
] as const;
export const NODE_SETS = ["asd", "smd", "jumpstarter"] as const;
export const INCIDENT_SETS = ["nezha", "petshop"] as const;
export type SeriesSet = (typeof UNIVARIATE_SETS)[number] | (typeof NODE_SETS)[number];
export type IncidentSet = (typeof INCIDENT_SETS)[number];

const SERIES_READERS: Record<SeriesSet, (folder: string) => LabelledSeries[]> = {
  nab: readNab,
  "ms-cloud-monitoring": readMsCloudMonitoring,
  "merlion-synthetic": readMerlionSynthetic,
  "kpi-samples": readKpiSamples,
  asd: readAsd,
  smd: readSmd,
  jumpstarter: readJumpstarter,
};
const INCIDENT_READERS: Record<IncidentSet, (folder: string) => IncidentCase[]> = {
  nezha: readNezha,
  petshop: readPetshop,
};

/** The labelled series of one set, in the order of eval/loaders.py. @throws where it is not there. */
export function readSeriesSet(dataDir: string, name: SeriesSet): LabelledSeries[] {
  return SERIES_READERS[name](folderOf(dataDir, name));
}

/** The incidents of one set, in the order of eval/loaders.py. @throws where it is not there. */
export function readIncidentSet(dataDir: string, name: IncidentSet): IncidentCase[] {
  return INCIDENT_READERS[name](folderOf(dataDir, name));
}

function folderOf(dataDir: string, name: string): string {
  const folder = join(dataDir, name);
  if (existsSync(folder)) return folder;
  throw new Error(
    `no data set ${name} in ${dataDir}: give --data the folder that holds one folder a set`,
  );
}
