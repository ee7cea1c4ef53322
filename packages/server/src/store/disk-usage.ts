import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** What takes room in a data folder. */
export type StoreTier = "log" | "days" | "fleet" | "control" | "quarantine";

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.db/;

/** Bytes on disk by tier, of a folder in which files come and go meanwhile. */
export async function bytesOnDisk(dataDir: string): Promise<Record<StoreTier, number>> {
  const bytes = { log: 0, days: 0, fleet: 0, control: 0, quarantine: 0 };
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = await sizeOf(join(entry.parentPath, entry.name));
    bytes[tierOf(entry.name, basename(entry.parentPath))] += found;
  }
  return bytes;
}

function tierOf(name: string, folder: string): StoreTier {
  if (name.includes(".damaged-")) return "quarantine";
  if (DAY_FILE.test(name)) return "days";
  if (/^p\d+$/.test(folder)) return "log";
  return /^fleet(-\d+)?\.db/.test(name) ? "fleet" : "control";
}

/** 0 for a file that is gone by now. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
