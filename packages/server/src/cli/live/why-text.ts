import type { AnomalyRow, Explanation, FindingRow, SeriesRow } from "@foreshock/client";
import { largestOf, severityOf } from "@foreshock/core/fold";
import type { Context } from "../terminal/context.ts";
import { painted, scoreText } from "../terminal/severity-text.ts";
import { shownValue } from "../terminal/shown-text.ts";
import { sparkline } from "../terminal/sparkline.ts";
import { durationText, sinceText } from "../terminal/time-text.ts";

/** What `foreshock why` says, and prints as JSON. */
export interface WhyStory {
  readonly path: string;
  readonly text: string;
  readonly score: number;
  readonly anomaly?: AnomalyRow;
  readonly finding?: FindingRow;
  readonly explanation?: Explanation;
  readonly series?: SeriesRow | undefined;
  readonly points?: StoryPoints | undefined;
  /** Further anomalies of the same place, worst first. */
  readonly others: readonly AnomalyRow[];
}

export interface StoryPoints {
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

const FACTOR_WORDS: Readonly<Record<string, string>> = {
  sudden: "against the prediction",
  hour: "against this hour of the day",
  recent: "against the last hours",
  shift: "sustained move",
  absence: "missing or stuck",
};
const SPARK_WIDTH = 60;
const BAR_WIDTH = 20;
/** Shares that would read as 0 %. */
const SHARE_MIN = 0.005;
const INDENT = "  ";

/** The story for people: verdict, sentence, line of values, evidence, what else is there. */
export function whyText(told: WhyStory, { io, colors }: Context): string {
  const story = shownValue(told);
  const { path, score, text } = story;
  const severity = severityOf(score);
  const lines = [
    `${colors.bold(path)}  ${painted(`${severity} ${scoreText(score)}`, severity, colors)}`,
    `${INDENT}${text}`,
    ...whenLines(story, io.now()),
    ...sparkLines(story, Math.min(SPARK_WIDTH, io.width - 4), io.env.TERM !== "dumb"),
    ...factorLines(story.explanation),
    ...peerLines(story.explanation),
    ...partLines(story.finding),
    ...otherLines(story.others),
  ];
  return `${lines.join("\n")}\n`;
}

function whenLines({ anomaly, finding, explanation }: WhyStory, nowMs: number): string[] {
  const lines: string[] = [];
  if (anomaly !== undefined) {
    const length = Date.parse(anomaly.windowEnd) - Date.parse(anomaly.windowStart);
    const state = anomaly.open ? "still going on" : "over";
    lines.push(
      `since ${sinceText(anomaly.windowStart, nowMs)} for ${durationText(length)}, ${state}`,
    );
  }
  if (finding !== undefined) {
    const { openedAt, closedAt } = finding;
    const state = closedAt === null ? "still open" : `closed ${sinceText(closedAt, nowMs)}`;
    lines.push(`finding opened ${sinceText(openedAt, nowMs)}, ${state}`);
  }
  const confidence = explanation?.confidence ?? finding?.confidence;
  if (confidence !== undefined && confidence !== null && confidence < 1) {
    lines.push(`confidence ${confidence.toFixed(2)}: the model is still learning this metric`);
  }
  return lines.map((line) => INDENT + line);
}

function sparkLines({ series, points }: WhyStory, width: number, unicode: boolean): string[] {
  if (series === undefined || points === undefined || width < 1) return [];
  const known = points.value.filter((value) => value !== null);
  if (known.length === 0) return [];
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  const lengthMs = points.at.at(-1)! - points.at[0]!;
  return [
    "",
    INDENT + sparkline(points.value, width, unicode),
    `${INDENT}${series.metric} ${plain(low)} to ${plain(high)} over ${durationText(lengthMs)}`,
  ];
}

function factorLines(explanation: Explanation | undefined): string[] {
  const factors = (explanation?.factors ?? []).filter(({ share }) => share >= SHARE_MIN);
  if (factors.length === 0) return [];
  const words = factors.map(({ name }) => FACTOR_WORDS[name] ?? name);
  const widest = largestOf(words.map((word) => word.length));
  const lines = factors
    .map(({ share }, i) => ({ share, word: words[i]! }))
    .toSorted((a, b) => b.share - a.share)
    .map(({ share, word }) => {
      const percent = `${Math.round(100 * share)} %`.padStart(5);
      return `${INDENT}${word.padEnd(widest)} ${percent} ${"#".repeat(Math.round(BAR_WIDTH * share))}`;
    });
  return ["", `${INDENT}evidence`, ...lines];
}

/** Alone, or with others of the cluster. */
function peerLines(explanation: Explanation | undefined): string[] {
  const peers = explanation?.peers;
  if (peers === undefined || peers === null) return [];
  const { z, compared, anomalous } = peers;
  const company = anomalous === 0 ? "none" : String(anomalous);
  const distance = z === null ? "" : `, ${Math.abs(z).toFixed(1)} σ from their median`;
  const text = `compared with ${compared} other nodes: ${company} of them anomalous too${distance}`;
  return ["", `${INDENT}${text}`];
}

function partLines(finding: FindingRow | undefined): string[] {
  if (finding === undefined || finding.contributions.length === 0) return [];
  const lines = finding.contributions.map(({ node, metric, share, text }) => {
    const percent = `${Math.round(100 * share)} %`.padStart(5);
    return `${INDENT}${percent} ${node}/${metric}: ${text}`;
  });
  return ["", `${INDENT}in order of onset`, ...lines];
}

function otherLines(others: readonly AnomalyRow[]): string[] {
  if (others.length === 0) return [];
  const lines = others.map(
    ({ score, node, metric, explanation }) =>
      `${INDENT}${scoreText(score)} ${node}/${metric}: ${explanation.text}`,
  );
  return ["", `${INDENT}also here`, ...lines];
}

function plain(value: number): string {
  return String(Number(value.toPrecision(4)));
}
