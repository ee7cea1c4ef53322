import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nameBytesOf } from "../../platform/place-name.ts";
import { NamesFile } from "./names-file.ts";

const PARTITION_FOLDER = /^p\d+$/;
const NOTHING: KeptSeries = { count: 0, nameBytes: 0 };

/** What is kept of a tenant, however many of its series sleep. */
export interface KeptSeries {
  readonly count: number;
  /** UTF-8 bytes of names and labels. */
  readonly nameBytes: number;
}

/**
 * How many series each tenant has in a data folder, those that sleep too. Reads the second copies of
 * the names, which may be read while a server holds the partitions. Cost: O(names).
 */
export function countSeries(dataDir: string): Map<string, KeptSeries> {
  const counts = new Map<string, KeptSeries>();
  if (!existsSync(dataDir)) return counts;
  for (const folder of readdirSync(dataDir).filter((name) => PARTITION_FOLDER.test(name))) {
    const names = new NamesFile(join(dataDir, folder, "names.jsonl")).read();
    for (const { tenantId, metadata, ...place } of names.values()) {
      const { count, nameBytes } = counts.get(tenantId) ?? NOTHING;
      const bytes = nameBytes + nameBytesOf(place, metadata);
      counts.set(tenantId, { count: count + 1, nameBytes: bytes });
    }
  }
  return counts;
}
