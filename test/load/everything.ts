import { DAY_MS } from "@foreshock/core/fold";
import type { LoadClient } from "./load-client.ts";

const POINTS_MAX = 20_000;
/** Differing lines of each part. */
const SHOWN = 3;

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** All that a tenant can be told about its data, as text that can be compared. */
export interface Everything {
  /** A line for each point: place, time, value and scores; sorted by place. */
  readonly points: readonly string[];
  readonly anomalies: readonly string[];
  readonly alarms: readonly string[];
  readonly nodeScores: readonly string[];
  readonly clusterScores: readonly string[];
  readonly tenantScores: readonly string[];
  readonly findings: readonly string[];
  /** Each finding, asked for by itself. */
  readonly singleFindings: readonly string[];
}

/** Reads it all. To be asked when everything is settled. */
export async function everythingOf(client: LoadClient, span: Span): Promise<Everything> {
  const range = `from=${span.startMs}&to=${span.endMs}`;
  const findings = await all(client, `/findings?${range}`);
  const single: object[] = [];
  for (const { id } of findings) single.push(await client.get(`/findings/${id}`));
  return {
    points: await pointsOf(client, span),
    anomalies: lines(await all(client, `/anomalies?${range}&minScore=0.5&sort=time`)),
    alarms: lines(await all(client, `/alarms?${range}`)),
    nodeScores: await scoresOf(client, span, "node"),
    clusterScores: await scoresOf(client, span, "cluster"),
    tenantScores: await scoresOf(client, span, "tenant"),
    findings: lines(findings),
    singleFindings: lines(single),
  };
}

/** Which parts differ, with the first lines that one side alone has. Empty where all is equal. */
export function differences(got: Everything, wanted: Everything): string[] {
  return (Object.keys(wanted) as (keyof Everything)[]).flatMap((part) => {
    const [has, wants] = [new Set(got[part]), new Set(wanted[part])];
    const missing = wanted[part].filter((line) => !has.has(line));
    const extra = got[part].filter((line) => !wants.has(line));
    if (missing.length + extra.length === 0 && got[part].length === wanted[part].length) return [];
    const counts = `${missing.length} missing, ${extra.length} extra of ${wanted[part].length}`;
    const shown = missing.slice(0, SHOWN).map((line, k) => pairText(line, extra[k] ?? ""));
    return [[`${part}: ${counts}`, ...shown].join("\n")];
  });
}

/** From a little before the first place in which the two differ. */
function pairText(wanted: string, got: string): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === got[at]) at++;
  const from = Math.max(0, at - 40);
  const cut = (line: string) => line.slice(from, at + 100);
  return `${wanted.slice(0, 120)} at ${at}:\n- ${cut(wanted)}\n+ ${cut(got)}`;
}

/** Every page. */
// biome-ignore lint/suspicious/noExplicitAny: rows are compared as they come.
async function all(client: LoadClient, path: string): Promise<any[]> {
  const rows: unknown[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await client.get(
      `${path}&limit=1000${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const row of page.data) rows.push(row);
    cursor = page.nextCursor;
  }
  return rows;
}

async function pointsOf(client: LoadClient, { startMs, endMs }: Span): Promise<string[]> {
  const rows: string[] = [];
  const series = await all(client, "/series?");
  series.sort((a, b) => (placeText(a) < placeText(b) ? -1 : 1));
  for (const one of series) {
    for (let from = startMs; from < endMs; from += 10 * DAY_MS) {
      const range = `from=${from}&to=${Math.min(endMs, from + 10 * DAY_MS)}`;
      const path = `/series/${one.id}/points?${range}&maxPoints=${POINTS_MAX}`;
      const { columns } = await client.get(path);
      for (const [k, at] of columns.at.entries()) {
        const scores = `${columns.score[k]} ${columns.alarmScore[k]}`;
        rows.push(`${placeText(one)} ${at} ${columns.value[k]} ${scores}`);
      }
    }
  }
  return rows;
}

function placeText({ cluster, node, metric }: { cluster: string; node: string; metric: string }) {
  return `${cluster}/${node}/${metric}`;
}

/** On the data's own grid, day by day: a line for each node, cluster or tenant and step. */
async function scoresOf(client: LoadClient, span: Span, level: string): Promise<string[]> {
  const rows: string[] = [];
  for (let from = span.startMs; from < span.endMs; from += DAY_MS) {
    const to = Math.min(span.endMs, from + DAY_MS);
    const path = `/scores?level=${level}&from=${from}&to=${to}&step=${span.stepMs / 1000}s`;
    for (const line of scoreLines(await client.get(path))) rows.push(line);
  }
  return rows;
}

interface Scores {
  readonly times: readonly number[];
  readonly entities: { readonly cluster: readonly string[]; readonly node: readonly string[] };
  readonly score: readonly (number | null)[];
}

function scoreLines({ times, entities, score }: Scores): string[] {
  const rows: string[] = [];
  const count = score.length / Math.max(1, times.length);
  for (let e = 0; e < count; e++) {
    const place = `${entities.cluster[e] ?? ""}/${entities.node[e] ?? ""}`;
    for (const [i, at] of times.entries()) {
      const value = score[e * times.length + i];
      if (value !== null) rows.push(`${place} ${at} ${value}`);
    }
  }
  return rows.sort();
}

function lines(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
