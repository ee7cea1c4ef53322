import type { ClusterRow, FindingRow, PromiseRow, Summary } from "@foreshock/client";
import { count, counted } from "../format/number.ts";
import { HOUR_MS, lasting, moment, msOf } from "../format/time.ts";
import { severityOf } from "../severity/severity.ts";

export interface Verdict {
  readonly tone: "good" | "bad" | "learning" | "nodata";
  readonly headline: string;
  readonly rest: readonly string[];
}

/** Points may come two hours late; data that end earlier than that say nothing about now. */
const NEWEST_DATA_MAX_MS = 2 * HOUR_MS;

/** Findings that are open, the worst first; equal scores by age. */
export function openFindings(findings: readonly FindingRow[]): readonly FindingRow[] {
  return findings
    .filter((finding) => finding.closedAt === null)
    .sort((a, b) => b.score - a.score || (a.openedAt < b.openedAt ? -1 : 1));
}

/** Closed findings, the newest first. */
export function closedFindings(findings: readonly FindingRow[]): readonly FindingRow[] {
  return findings
    .filter((finding) => finding.closedAt !== null)
    .sort((a, b) => ((a.closedAt ?? "") > (b.closedAt ?? "") ? -1 : 1));
}

export function placeWords({ cluster, node }: { cluster: string; node: string | null }): string {
  return node === null ? cluster : `${cluster} / ${node}`;
}

/** The first line of Now: what misbehaves, the worst of it, and how much is well. */
export function verdictOf(
  summary: Summary,
  findings: readonly FindingRow[],
  clusters: readonly ClusterRow[],
  learningSeries: number,
  nowMs: number,
): Verdict {
  if (summary.watermark === null) return beforeFirst(summary);
  if (summary.isLoading) return whileLoading(summary, findings, nowMs);
  const open = openFindings(findings);
  if (summary.pipeline.state === "stopped") {
    const before = open.length === 0 ? "" : `${counted(open.length, "finding")} open before that.`;
    return { tone: "bad", headline: summary.pipeline.text, rest: before === "" ? [] : [before] };
  }
  if (learningSeries > 0 && learningSeries >= summary.series) {
    const seen = `${count(summary.series)} series seen, none for three days yet.`;
    return { tone: "learning", headline: "Still learning.", rest: [seen] };
  }
  const normal = normalNodes(summary, open, clusters);
  const stale = dataEndWords(Date.parse(summary.watermark), nowMs);
  const worst = open[0];
  if (worst === undefined) {
    return { tone: "good", headline: "No findings open.", rest: [normal, ...stale] };
  }
  const sinceMs = msOf(worst.onset) ?? Date.parse(worst.openedAt);
  const since = `since ${moment(sinceMs, nowMs)} (${lasting(nowMs - sinceMs)})`;
  const worstWords = `${placeWords(worst)}, ${severityOf(worst.score)}, ${since}.`;
  return {
    tone: "bad",
    headline: `${counted(open.length, "finding")} open.`,
    rest: [open.length === 1 ? worstWords : `Worst: ${worstWords}`, normal, ...stale],
  };
}

/** Steps are judged from the time on when the rhythm of the points is known. */
function beforeFirst({ series, points, clusters }: Summary): Verdict {
  if (series === 0) return { tone: "nodata", headline: "No data yet.", rest: [] };
  const seen = `${counted(points, "point")} of ${count(series)} series in ${counted(clusters, "cluster")} so far.`;
  const rest = [seen, "Judging begins when a series has about twenty."];
  return { tone: "learning", headline: "Data are coming in.", rest };
}

/** What is judged ends long before now: nothing is said of now, and what is known already is ranked. */
function whileLoading(summary: Summary, findings: readonly FindingRow[], nowMs: number): Verdict {
  const upToMs = Date.parse(summary.watermark ?? "");
  const upTo = `Judged up to ${moment(upToMs, nowMs)}, ${lasting(nowMs - upToMs)} before now.`;
  const open = openFindings(findings);
  const worst = open[0];
  const known =
    worst === undefined
      ? "Nothing open up to there."
      : `${counted(open.length, "finding")} open there, the worst ${placeWords(worst)}.`;
  return { tone: "learning", headline: "History is loading.", rest: [upTo, known] };
}

/** Where data have ended long ago, the verdict is about then, and says so. */
function dataEndWords(newestMs: number, nowMs: number): string[] {
  const ageMs = nowMs - newestMs;
  if (ageMs <= NEWEST_DATA_MAX_MS) return [];
  return [`Data end at ${moment(newestMs, nowMs)} (${lasting(ageMs)} ago).`];
}

/** A node with an open finding is not normal, even while its score rests. */
function normalNodes(
  summary: Summary,
  open: readonly FindingRow[],
  clusters: readonly ClusterRow[],
): string {
  const unusual = clusters.reduce((sum, cluster) => sum + cluster.anomalousNodes, 0);
  const found = new Set(
    open.flatMap(({ cluster, nodes }) => nodes.map(({ node }) => `${cluster}/${node}`)),
  );
  const anomalous = Math.min(summary.nodes, Math.max(unusual, found.size));
  if (anomalous === 0) return `All ${counted(summary.nodes, "node")} normal.`;
  return `${count(summary.nodes - anomalous)} of ${counted(summary.nodes, "node")} normal.`;
}

/** "1 a week", "1 a day", "1 in 10 days": what the alert budget allows. */
export function budgetWords(budgetDays: number): string {
  if (budgetDays === 1) return "1 a day";
  if (budgetDays === 7) return "1 a week";
  if (budgetDays === 30) return "1 a month";
  return `1 in ${Number(budgetDays.toFixed(1))} days`;
}

/** Fewer promised alarms than this say nothing about whether a promise was kept. */
const PROMISED_MIN = 3;

/** How a promise stands: off only where chance does not explain it, kept only where enough was promised. */
export function promiseWords(row: PromiseRow): string {
  const { promised, ratio, ratioLow, ratioHigh } = row;
  if (ratio === null) return "too little history to say";
  if (ratioLow !== null && ratioLow > 1) return `more than promised, ×${ratio.toFixed(1)}`;
  if (ratioHigh !== null && ratioHigh < 1) return `fewer than promised, ×${ratio.toFixed(1)}`;
  return promised < PROMISED_MIN ? "too little history to say" : "kept, within chance";
}
