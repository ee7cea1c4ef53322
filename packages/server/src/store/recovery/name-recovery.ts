import { DayFile, type Span } from "../sealed/day-file.ts";
import { dayFilesIn } from "../sealed/day-files.ts";
import type { SealedPoints } from "../sealed/sealed-points.ts";
import type { NamesFile } from "../series/names-file.ts";
import type { SeriesDictionary, SeriesName } from "../series/series-dictionary.ts";
import { StoreCorrupt } from "../sqlite/store-error.ts";
import type { PartitionTables } from "../table/partition-tables.ts";
import { Sessions } from "../table/sessions.ts";
import type { RecoveryPlace } from "./recovery.ts";

/**
 * Fills the dictionary from the table of names; where a name is damaged or missing, from the second
 * copy; and where that has none either, with a name that says so, because points are filed under
 * the number. Returns how many names were not in the table.
 */
export function restoreNames(
  place: RecoveryPlace,
  dictionary: SeriesDictionary,
  copy: NamesFile,
  sealed: SealedPoints,
  salvaged: boolean,
): number {
  const names: (SeriesName | undefined)[] = [];
  for (const { id, name } of place.tables.series()) names[id] = name;
  const whole = !salvaged && !names.includes(undefined);
  const copied = whole ? new Map<number, SeriesName>() : copy.read();
  const count = whole ? names.length : Math.max(names.length, 1 + highestId(place, sealed, copied));
  let missing = 0;
  for (let id = 0; id < count; id++) {
    const name = names[id] ?? copied.get(id);
    if (name === undefined) reportLost(place, id);
    dictionary.add(name ?? nameOfLost(id));
    if (names[id] !== undefined) continue;
    missing++;
    dictionary.markUnsaved(id);
  }
  return missing;
}

/** Adds sessions of which only chunks in the day files of `dir` are left: all of them count. */
export function restoreSessions(tables: PartitionTables, dir: string): void {
  const known = new Set(tables.sessions().map((session) => session.id));
  for (const path of dayFilesIn(dir)) {
    const { id, confirmedSeq } = Sessions.ofLost(newestSeqOf(path));
    if (id === 0 || known.has(id)) continue;
    known.add(id);
    tables.putSession(id, confirmedSeq);
  }
}

/** 0 where the file cannot be read; whoever uses it will find out and report it. */
function newestSeqOf(path: string): number {
  try {
    const file = new DayFile(path);
    try {
      return file.newestSeq();
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof StoreCorrupt) return 0;
    throw error;
  }
}

function highestId(
  { tables }: RecoveryPlace,
  sealed: SealedPoints,
  copied: ReadonlyMap<number, SeriesName>,
): number {
  let highest = -1;
  const note = ({ seriesId }: Pick<Span, "seriesId">): void => {
    if (seriesId > highest) highest = seriesId;
  };
  for (const seriesId of copied.keys()) note({ seriesId });
  for (const head of tables.heads()) note(head);
  for (const day of sealed.files.days()) {
    for (const span of sealed.files.use(day, (file) => file.spans())) note(span);
  }
  return highest;
}

function nameOfLost(id: number): SeriesName {
  return {
    tenantId: "lost",
    clusterId: "lost",
    nodeId: "lost",
    metricName: `series-${id}`,
    metadata: {},
  };
}

function reportLost({ file, onDamage }: RecoveryPlace, seriesId: number): void {
  onDamage({
    kind: "name",
    file,
    seriesId,
    startMs: Number.NaN,
    endMs: Number.NaN,
    points: 0,
    reason: `the name of series ${seriesId} is lost; its points are kept under tenant "lost"`,
    keptAs: file,
  });
}
