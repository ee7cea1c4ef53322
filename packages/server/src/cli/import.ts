import { type Foreshock, type IngestReport, ValidationError } from "@foreshock/client";
import { csvBatches } from "../ingest/csv.ts";
import type { CsvOptions } from "../ingest/csv-layout.ts";
import { seriesOfBatch } from "../ingest/csv-series.ts";
import { connect } from "./connection.ts";
import { type Context, printJson, say } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { counted, csvInput } from "./input.ts";
import { Progress } from "./progress.ts";
import { countText } from "./time-text.ts";

/** Attempts after the first on 429 and 503, up to 30 s apart: enough for a restart of the server. */
const RETRIES = 6;
const MEGABYTE = 1e6;

interface Total {
  points: number;
  refused: number;
  readonly reasons: Map<string, { points: number; examples: readonly string[] }>;
}

/** `foreshock import FILE...`: sends CSV files to a running server in bounded batches. */
export async function importFiles(
  context: Context,
  files: readonly string[],
  options: CsvOptions,
): Promise<ExitCode> {
  const client = connect(context.flags, context.io, { retries: RETRIES });
  const inputs = files.map((file) => csvInput(file, context.io));
  const size = inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new Progress(context.io, {
    title: "import",
    unit: "MB",
    total: size / MEGABYTE,
    quiet: context.flags.quiet,
  });
  const total: Total = { points: 0, refused: 0, reasons: new Map() };
  try {
    for (const input of inputs) {
      const bytes = counted(input.open(), (count) => progress.add(count / MEGABYTE));
      const named = { ...options, node: options.node ?? input.stem };
      await send(context, client, { name: input.name, bytes }, named, total);
    }
  } finally {
    progress.end();
  }
  report(context, files.length, total);
  return total.refused > 0 ? EXIT.error : EXIT.ok;
}

async function send(
  { io }: Context,
  client: Foreshock,
  source: Parameters<typeof csvBatches>[0],
  options: CsvOptions,
  total: Total,
): Promise<void> {
  for await (const batch of csvBatches(source, options)) {
    const series = seriesOfBatch(batch).map(
      ({ clusterId, nodeId, metricName, timestampsMs, values }) => ({
        cluster: clusterId,
        node: nodeId,
        metric: metricName,
        points: Array.from(timestampsMs, (at, i) => [at, values[i]!] as const),
      }),
    );
    if (series.length === 0) continue;
    try {
      add(total, await client.ingest(series, { signal: io.signal }));
    } catch (error) {
      if (!(error instanceof ValidationError && error.code === "all_rejected")) throw error;
      addRefused(total, error);
    }
  }
}

/** A batch of which the server took nothing comes as an error with a line per reason. */
function addRefused(total: Total, { errors }: ValidationError): void {
  for (const { pointer = "", detail = "" } of errors) {
    const [, points = "0", reason = detail] = /^(\d+) ([\w-]+):/.exec(detail) ?? [];
    const examples = pointer === "" ? [] : pointer.split(", ");
    const one = { reason, points: Number(points), examples } as IngestReport["rejected"][number];
    add(total, { acceptedPoints: 0, rejectedPoints: one.points, rejected: [one] });
  }
}

function add(total: Total, report: IngestReport): void {
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
  "too-late": "older than 2 h behind the newest point of the series: sort the file by time",
  infinite: "infinite values: leave these fields empty",
  "series-limit": "over the tenant's limit of series: raise it or send fewer series",
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
