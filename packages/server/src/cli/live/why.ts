import {
  type AnomalyRow,
  type FindingRow,
  type Foreshock,
  NotFoundError,
  type SeriesRow,
} from "@foreshock/client";
import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { connect } from "../terminal/connection.ts";
import { type Context, printJson } from "../terminal/context.ts";
import { nearestNames } from "../terminal/did-you-mean.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { type WhyStory, whyText } from "./why-text.ts";

export interface WhyFlags {
  readonly since: string;
}

/** Anomalies named under the first one. */
const OTHERS_MAX = 5;
const POINTS_MAX = 240;

/** `foreshock why PATH|ID`: what happened there, how rare it is, and where the score comes from. */
export async function why(context: Context, target: string, flags: WhyFlags): Promise<ExitCode> {
  const client = connect(context.flags, context.io);
  const story = (await storyOfId(client, target)) ?? (await storyOfPath(client, target, flags));
  if (context.flags.json === true) printJson(context, story);
  else context.io.out(whyText(story, context));
  return EXIT.ok;
}

/** Ids hold no slash; a name without one may be either. */
async function storyOfId(client: Foreshock, target: string): Promise<WhyStory | undefined> {
  if (target.includes("/")) return undefined;
  const anomaly = await orUndefined(client.anomalies.get(target));
  if (anomaly !== undefined) return storyOf(client, anomaly, []);
  const finding = await orUndefined(client.findings.get(target));
  return finding === undefined ? undefined : storyOfFinding(client, finding);
}

async function storyOfFinding(client: Foreshock, finding: FindingRow): Promise<WhyStory> {
  const path = [finding.cluster, finding.node].filter((part) => part !== null).join("/");
  const part = finding.contributions[0];
  const series = part === undefined ? undefined : await client.series.get(part.seriesId);
  const points = series && (await pointsOf(client, series, finding.openedAt, finding.openedAt));
  return { path, text: finding.text, score: finding.score, finding, series, points, others: [] };
}

async function storyOfPath(
  client: Foreshock,
  target: string,
  { since }: WhyFlags,
): Promise<WhyStory> {
  const place = await placeOf(client, target);
  const query = { ...place, from: since, to: "now", minScore: 0.5, sort: "score" as const };
  const { data } = await client.anomalies.list({ ...query, limit: OTHERS_MAX + 1 }).page();
  const [worst, ...others] = data;
  if (worst !== undefined) return storyOf(client, worst, others);
  // A node that sends nothing has no anomalous point, and yet a finding.
  const found = await client.findings.list({ from: since, to: "now" }).page();
  const finding = found.data.find((one) => isAt(one, place));
  if (finding !== undefined) return storyOfFinding(client, finding);
  return {
    path: target,
    text: `nothing unusual since ${since}`,
    score: 0,
    others: [],
  };
}

async function storyOf(
  client: Foreshock,
  anomaly: AnomalyRow,
  others: readonly AnomalyRow[],
): Promise<WhyStory> {
  const path = `${anomaly.cluster}/${anomaly.node}/${anomaly.metric}`;
  const [explanation, series] = await Promise.all([
    client.anomalies.explain(anomaly.id),
    client.series.get(anomaly.seriesId),
  ]);
  const points = await pointsOf(client, series, anomaly.windowStart, anomaly.windowEnd);
  const { text } = explanation;
  return { path, text, score: anomaly.score, anomaly, explanation, series, points, others };
}

/** The day before the window and the window itself, so that the line shows what was usual. */
async function pointsOf(client: Foreshock, series: SeriesRow, start: string, end: string) {
  const from = new Date(Date.parse(start) - DAY_MS);
  const to = new Date(Date.parse(end) + HOUR_MS);
  const { columns } = await client.series.points(series.id, { from, to, maxPoints: POINTS_MAX });
  return { at: columns.at, value: columns.value, lower: columns.lower, upper: columns.upper };
}

interface Place {
  readonly cluster: string;
  readonly node?: string;
  readonly metric?: string;
}

function isAt(finding: FindingRow, { cluster, node, metric }: Place): boolean {
  return finding.contributions.some(
    (part) =>
      finding.cluster === cluster &&
      (node === undefined || part.node === node) &&
      (metric === undefined || part.metric === metric),
  );
}

/** What a path names. @throws CliError with the nearest names if nothing has that name. */
async function placeOf(client: Foreshock, path: string): Promise<Place> {
  const nodes = await client.nodes.list();
  for (const { cluster, node } of nodes) {
    if (path === node || path === `${cluster}/${node}`) return { cluster, node };
  }
  const owner = nodes.find(({ cluster, node }) => path.startsWith(`${cluster}/${node}/`));
  if (owner !== undefined) {
    const { cluster, node } = owner;
    return metricOf(client, { cluster, node }, path.slice(`${cluster}/${node}/`.length));
  }
  const clusters = [...new Set(nodes.map(({ cluster }) => cluster))];
  if (clusters.includes(path)) return { cluster: path };
  const cluster = clusters.find((name) => path.startsWith(`${name}/`));
  if (cluster !== undefined) {
    const names = nodes.filter((row) => row.cluster === cluster).map(({ node }) => node);
    throw notFound("node", path.slice(cluster.length + 1), names, ` in ${cluster}`);
  }
  const known = [...clusters, ...nodes.flatMap((row) => [row.node, `${row.cluster}/${row.node}`])];
  throw notFound("cluster, node or id", path, known, "");
}

async function metricOf(
  client: Foreshock,
  place: { readonly cluster: string; readonly node: string },
  metric: string,
): Promise<Place> {
  const names = (await client.metrics.list(place)).map((row) => row.metric);
  if (names.includes(metric)) return { ...place, metric };
  throw notFound("metric", metric, names, ` on ${place.cluster}/${place.node}`);
}

function notFound(what: string, given: string, known: readonly string[], where: string): CliError {
  const near = nearestNames(given, [...new Set(known)]);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(", ")}?`
      : "`foreshock top node` lists what there is.";
  return new CliError(`no ${what} "${given}"${where}. ${hint}`, EXIT.notFound);
}

async function orUndefined<Row>(asked: Promise<Row>): Promise<Row | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
