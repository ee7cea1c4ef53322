import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { NamesFile } from "./names-file.ts";

const PARTITION_FOLDER = /^p\d+$/;

/**
 * How many series each tenant has in a data folder, those that sleep too. Reads the second copies of
 * the names, which may be read while a server holds the partitions. Cost: O(names).
 */
export function countSeries(dataDir: string): Map<string, number> {
  const counts = new Map<string, number>();
  if (!existsSync(dataDir)) return counts;
  for (const folder of readdirSync(dataDir).filter((name) => PARTITION_FOLDER.test(name))) {
    for (const { tenantId } of new NamesFile(join(dataDir, folder, "names.jsonl"))
      .read()
      .values()) {
      counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
    }
  }
  return counts;
}
