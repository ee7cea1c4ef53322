import {
  type Foreshock,
  type IngestReport,
  REQUEST_POINTS_MAX,
  ValidationError,
} from "@foreshock/client";
import { isDeclared, NO_COUNTERS, soundsCumulative } from "../../files/counter-patterns.ts";
import type { FileDescription } from "../../files/description.ts";
import { counterRemark } from "../../files/rates.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import { csvBatches } from "../../files/records.ts";
import { demandOneSeries, repeatRemarks } from "../../files/repeats.ts";
import { seriesOfBatch } from "../../files/series-of-batch.ts";
import { connect } from "../terminal/connection.ts";
import { type Context, printJson, say } from "../terminal/context.ts";
import { EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { counted, csvInput } from "../terminal/input.ts";
import { Progress } from "../terminal/progress.ts";
import { countText } from "../terminal/time-text.ts";
import { distinctPoints, surveyOf } from "./distinct-points.ts";
import { type SortedPoints, TimeSorter } from "./time-sorter.ts";

/** Attempts after the first on 429 and 503, up to 30 s apart: enough for a restart of the server. */
const RETRIES = 6;
const MEGABYTE = 1e6;

interface Total {
  points: number;
  refused: number;
  readonly reasons: Map<string, { points: number; examples: readonly string[] }>;
}

/**
 * `foreshock import FILE...`: sends CSV files to a running server in bounded batches, the oldest
 * points first over all files and series: sent series by series, those still waiting would look
 * silent, and the roll-up ignores what arrives hours later than its newest step.
 */
export async function importFiles(
  context: Context,
  files: readonly string[],
  options: CsvOptions,
): Promise<ExitCode> {
  const client = connect(context.flags, context.io, { retries: RETRIES });
  const total: Total = { points: 0, refused: 0, reasons: new Map() };
  const sorter = new TimeSorter();
  try {
    const places = await read(context, files, { ...options, realTimesOnly: true }, sorter);
    survey(context, places, sorter, options.counters);
    await send(context, client, places, sorter, total);
  } finally {
    sorter.close();
  }
  report(context, files.length, total);
  return total.refused > 0 ? EXIT.error : EXIT.ok;
}

/** Everything into the sorter, so that a malformed row is found before anything is sent. */
async function read(
  context: Context,
  files: readonly string[],
  options: CsvOptions,
  sorter: TimeSorter,
): Promise<SeriesNames> {
  const { io, flags } = context;
  const inputs = files.map((file) => csvInput(file, io));
  const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0) / MEGABYTE;
  const progress = new Progress(io, { title: "read", unit: "MB", total, quiet: flags.quiet });
  const names = new SeriesNames();
  try {
    for (const { name, stem, open } of inputs) {
      const bytes = counted(open(), (count) => progress.add(count / MEGABYTE));
      const named = { ...options, node: options.node ?? stem };
      const told = ({ remarks }: FileDescription) => {
        for (const remark of remarks) say(context, `${name}: ${remark}`);
      };
      for await (const batch of csvBatches({ name, bytes }, named, told)) {
        for (const series of seriesOfBatch(batch)) {
          const number = names.numberOf(series);
          series.timestampsMs.forEach((at, i) => void sorter.add(number, at, series.values[i]!));
        }
      }
    }
  } finally {
    progress.end();
  }
  return names;
}

/** What all points together say: counters, points written twice, series that were read as one. */
function survey(
  context: Context,
  names: SeriesNames,
  sorter: TimeSorter,
  patterns: readonly string[] = [],
): void {
  const surveys = surveyOf(sorter.sorted(REQUEST_POINTS_MAX), names.count);
  const counters: string[] = [];
  let twice = 0;
  let differing = 0;
  surveys.forEach((one, number) => {
    twice += one.twice;
    differing += one.differing;
    const { metric } = names.at(number);
    demandOneSeries(metric, one, one.points);
    const isCounter =
      patterns.length > 0
        ? isDeclared(metric, patterns)
        : one.shape.isCounter(soundsCumulative(metric));
    if (isCounter && !patterns.includes(NO_COUNTERS)) {
      names.mark(number, true);
      counters.push(metric);
    } else if (soundsCumulative(metric)) names.mark(number, false);
  });
  for (const remark of repeatRemarks({ twice, differing }, "point")) say(context, remark);
  if (counters.length > 0) say(context, counterRemark([...new Set(counters)], patterns));
}

async function send(
  { io, flags }: Context,
  client: Foreshock,
  names: SeriesNames,
  sorter: TimeSorter,
  total: Total,
): Promise<void> {
  const facts = { title: "import", unit: "points", total: sorter.total, quiet: flags.quiet };
  const progress = new Progress(io, facts);
  try {
    for (const batch of distinctPoints(sorter.sorted(REQUEST_POINTS_MAX))) {
      try {
        add(total, await client.ingest(names.seriesIn(batch), { signal: io.signal }));
      } catch (error) {
        if (!(error instanceof ValidationError && error.code === "all_rejected")) throw error;
        addRefused(total, error);
      }
      progress.add(batch.values.length);
    }
  } finally {
    progress.end();
  }
}

interface SeriesName {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly counter?: boolean;
}

/** Numbers for the series of all files, in order of first sight. */
class SeriesNames {
  readonly #all: SeriesName[] = [];
  readonly #numbers = new Map<string, number>();

  get count(): number {
    return this.#all.length;
  }

  at(number: number): SeriesName {
    return this.#all[number]!;
  }

  /** Whether the server judges the series as a rate, whatever its name. */
  mark(number: number, counter: boolean): void {
    this.#all[number] = { ...this.#all[number]!, counter };
  }

  numberOf(series: { clusterId: string; nodeId: string; metricName: string }): number {
    const { clusterId: cluster, nodeId: node, metricName: metric } = series;
    const key = `${cluster}\0${node}\0${metric}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#all.length);
    this.#all.push({ cluster, node, metric });
    return this.#all.length - 1;
  }

  seriesIn({ series, timestampsMs, values }: SortedPoints) {
    const points = new Map<number, [atMs: number, value: number][]>();
    series.forEach((number, i) => {
      const own = points.get(number) ?? [];
      points.set(number, own);
      own.push([timestampsMs[i]!, values[i]!]);
    });
    return Array.from(points, ([number, own]) => ({ ...this.#all[number]!, points: own }));
  }
}

/** A batch that was rejected whole arrives as an error with one entry per reason. */
function addRefused(total: Total, { errors }: ValidationError): void {
  for (const { pointer = "", detail = "" } of errors) {
    const [, points = "0", reason = detail] = /^(\d+) ([\w-]+):/.exec(detail) ?? [];
    const examples = pointer === "" ? [] : pointer.split(", ");
    const one = { reason, points: Number(points), examples } as IngestReport["rejected"][number];
    add(total, { acceptedPoints: 0, rejectedPoints: one.points, rejected: [one] });
  }
}

function add(
  total: Total,
  report: Pick<IngestReport, "acceptedPoints" | "rejectedPoints" | "rejected">,
): void {
  total.points += report.acceptedPoints;
  total.refused += report.rejectedPoints;
  for (const { reason, points, examples } of report.rejected) {
    const known = total.reasons.get(reason);
    total.reasons.set(reason, {
      points: points + (known?.points ?? 0),
      examples: known?.examples ?? examples,
    });
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  future: "more than 10 minutes ahead of the server's clock: check the time column and its zone",
  "too-late":
    "more than 2 h older than the newest point of the series, which the server already has",
  infinite: "infinite values: leave these fields empty",
  "series-limit": "over the tenant's limit of series: raise it or send fewer series",
  "memory-limit": "new series for which the server has no memory: raise --memory-max",
  "invalid-time": "times out of range: check the unit of the time column",
};

function report(context: Context, fileCount: number, { points, refused, reasons }: Total): void {
  if (context.flags.json === true) {
    const rejected = [...reasons].map(([reason, facts]) => ({ reason, ...facts }));
    printJson(context, { acceptedPoints: points, rejectedPoints: refused, rejected });
    return;
  }
  const files = fileCount === 1 ? "1 file" : `${fileCount} files`;
  context.io.out(`${pointsText(points)} of ${files} stored\n`);
  for (const [reason, { points: count, examples }] of reasons) {
    const where = examples.length > 0 ? ` (${examples.slice(0, 3).join(", ")})` : "";
    say(context, `${pointsText(count)} refused${where}: ${REMEDIES[reason] ?? reason}`);
  }
  if (refused === 0) say(context, "next: foreshock top");
}

function pointsText(count: number): string {
  return count === 1 ? "1 point" : `${countText(count)} points`;
}
