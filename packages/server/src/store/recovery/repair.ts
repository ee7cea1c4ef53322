import { NO_POINTS } from "../codec/merge.ts";
import type { SeriesHeads } from "../head/series-heads.ts";
import type { DayFile } from "../sealed/day-file.ts";
import type { SealedPoints } from "../sealed/sealed-points.ts";

/**
 * Brings heads in line with the day files after saved heads or log records were lost: where the
 * files have newer points than the head knows to be sealed, what is in memory is no longer the whole
 * end of the series. Its points are kept as late ones, and the head starts over after them.
 */
export function repairHeads(heads: SeriesHeads, sealed: SealedPoints, seriesCount: number): void {
  const known = statsOf(sealed);
  for (let id = 0; id < seriesCount; id++) {
    const stats = known.get(id);
    if (stats === undefined || stats.lastMs <= heads.sealedUntilMs[id]!) continue;
    const recent = heads.recent.copy(id, 0, heads.recent.length(id));
    heads.recent.restore(id, NO_POINTS, 0);
    const newestMs = recent.timestampsMs[recent.timestampsMs.length - 1] ?? stats.lastMs;
    const stored = new Set(sealed.read(id, 0, Number.MAX_SAFE_INTEGER).timestampsMs);
    for (let i = 0; i < recent.values.length; i++) {
      const atMs = recent.timestampsMs[i]!;
      if (stored.has(atMs)) continue;
      sealed.addLate(id, atMs, recent.values[i]!);
      stored.add(atMs);
    }
    const lastMs = Math.max(stats.lastMs, newestMs);
    const firstMs = heads.firstMs[id]!;
    heads.firstMs[id] = Math.min(stats.firstMs, Number.isNaN(firstMs) ? stats.firstMs : firstMs);
    heads.lastMs[id] = lastMs;
    heads.sealedUntilMs[id] = lastMs;
    heads.pointCount[id] = stored.size;
    heads.dirty[id] = 1;
  }
}

interface Stats {
  firstMs: number;
  lastMs: number;
}

function statsOf(sealed: SealedPoints): Map<number, Stats> {
  const stats = new Map<number, Stats>();
  const note = (file: DayFile): void => {
    for (const { seriesId, firstMs, lastMs } of file.spans()) {
      const known = stats.get(seriesId);
      if (known === undefined) stats.set(seriesId, { firstMs, lastMs });
      else {
        known.firstMs = Math.min(known.firstMs, firstMs);
        known.lastMs = Math.max(known.lastMs, lastMs);
      }
    }
  };
  for (const day of sealed.files.days()) sealed.files.use(day, note);
  return stats;
}
