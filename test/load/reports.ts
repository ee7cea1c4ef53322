import type { BigReport } from "./big/big-tenants.ts";
import type { LongSeriesFigures } from "./big/long-series.ts";
import type { ChurnReport } from "./churn/churn.ts";
import type { DoublingRow } from "./doubling/doubling-row.ts";
import type { IngestFigures } from "./ingest/ingest.ts";
import type { KillsReport } from "./kills/kills.ts";
import type { LimitsReport } from "./limits/limits.ts";
import type { NeighboursReport } from "./neighbours/neighbours.ts";
import { table } from "./table.ts";

const MB = 2 ** 20;

export function neighboursText(report: NeighboursReport): string {
  const { alone, beside } = report;
  const rows = beside.windows.map((window, k) => {
    const before = alone.windows[k]!;
    return [
      window.fromSecond,
      `${before.refused} / ${window.refused}`,
      before.readP99Ms,
      window.readP99Ms,
      before.pushP99Ms,
      window.pushP99Ms,
      `${before.lagStepsMost} / ${window.lagStepsMost}`,
    ];
  });
  const heads = [
    "from second",
    "not 2xx, alone / beside",
    "read p99 alone, ms",
    "beside",
    "push p99 alone, ms",
    "beside",
    "lag in steps, alone / beside",
  ];
  const runs = [alone, beside].map((run, k) => [
    k === 0 ? "alone" : "beside",
    run.requests,
    run.healthGapMs,
    run.blockMs,
    run.machine.healthGapMs,
    run.machine.blockMs,
  ]);
  const runHeads = ["run", "requests", "/healthz gap, ms", "main thread block, ms"];
  const answers = Object.entries(report.neighbour).map(([kind, by]) => [kind, JSON.stringify(by)]);
  return [
    table(heads, rows),
    table([...runHeads, "gap of an idle process", "block of an idle process"], runs),
    table(["neighbour", "answers by status"], answers),
    `the worst beside it:\n${beside.worst.join("\n")}`,
    `${report.findings} findings and ${report.anomalies} anomalies compared`,
    differencesText(report.differences),
  ].join("\n\n");
}

export function limitsText({ memoryMaxBytes, phases, kept }: LimitsReport): string {
  const rows = phases.map(({ what, seconds, residentBytes, answers }) => [
    what,
    seconds,
    residentBytes / MB,
    Object.entries(answers)
      .map(([kind, count]) => `${count} x ${kind}`)
      .join(", "),
  ]);
  return [
    table(["two tenants", "seconds", "resident at most, MiB", "answers"], rows),
    `memory maximum ${memoryMaxBytes / MB} MiB`,
    table(["kept before the restart", "after it"], kept),
  ].join("\n\n");
}

export function killsText(report: KillsReport): string {
  const heads = ["tenant", "part", "lines compared"];
  const rows = Object.entries(report.compared).flatMap(([tenant, parts]) =>
    Object.entries(parts).map(([part, count]) => [tenant, part, count]),
  );
  const { kills, killsInCheckpoint, checkpoints, ticks, startMsLongest } = report;
  return [
    table(heads, rows),
    `${kills} kills, ${killsInCheckpoint} of them in a checkpoint; ${checkpoints} checkpoints, ${ticks} ticks; ` +
      `longest start ${Math.round(startMsLongest)} ms`,
    differencesText(report.differences),
  ].join("\n\n");
}

export function bigText(report: BigReport): string {
  const saves = report.checkpoints.map((one) => [
    one.atStep,
    one.kind,
    one.tookMs,
    one.pointsChanged,
    one.writtenBytes / MB,
    one.writtenBytes / one.pointsChanged,
    one.blockMs,
  ]);
  const restarts = report.restarts.map((one) => [
    one.kind,
    one.stopMs,
    one.readyMs,
    one.readyCpuMs,
    one.settledMs,
    one.runningRssBytes / MB,
    one.runningPeakBytes / MB,
    one.startPeakBytes / MB,
  ]);
  const { series, points, machine } = report;
  return [
    table(
      ["at step", "checkpoint", "ms", "points changed", "MB written", "bytes/point", "block, ms"],
      saves,
    ),
    table(
      [
        "restart",
        "stop, ms",
        "ready, ms",
        "CPU ms",
        "settled, ms",
        "RSS, MB",
        "peak",
        "start peak",
      ],
      restarts,
    ),
    `${series.toLocaleString("en")} series, ${points.toLocaleString("en")} points, ` +
      `${Math.round(report.pointsPerSecond).toLocaleString("en")} points a second; ` +
      `${Math.round(report.rssBytesPerSeries).toLocaleString("en")} bytes of memory a series`,
    `main thread block ${Math.round(report.longestBlockMs)} ms, /healthz gap ${report.longestHealthGapMs} ms; ` +
      `an idle process beside it: ${Math.round(machine.blockMs)} and ${machine.healthGapMs} ms; ` +
      `an empty server is ready in ${Math.round(report.emptyReadyMs)} ms`,
  ].join("\n\n");
}

export function longText(reports: readonly LongSeriesFigures[]): string {
  const heads = ["points", "taken, ms", "ready after kill", "stop", "ready after stop"];
  const costs = ["newest point, CPU ms", "an hour late", "1.8 hours late"];
  const rows = reports.map((one) => [
    one.points,
    one.takenMs,
    one.readyAfterKillMs,
    one.stopMs,
    one.readyAfterStopMs,
    one.newestPointCpuMs,
    one.hourLateCpuMs,
    one.latestCpuMs,
  ]);
  return table([...heads, ...costs], rows);
}

export function doublingText(rows: readonly DoublingRow[]): string {
  const heads = ["shape", "what", "n", "CPU ms at n", "2n", "4n", "2n / n", "4n / 2n"];
  return table(
    heads,
    rows.map(({ shape, what, n, cpuMs: [one, two, four] }) => [
      shape,
      what,
      n,
      one,
      two,
      four,
      two / one,
      four / two,
    ]),
  );
}

export function ingestText(figures: readonly IngestFigures[]): string {
  const heads = ["tenants", "points each", "points", "taken/s", "folded/s", "CPU us/point"];
  const rows = figures.map((one) => [
    one.tree,
    one.tenants,
    one.pointsEach,
    one.points,
    one.takenPerSecond,
    one.foldedPerSecond,
    one.cpuUsPerPoint,
    one.cpuUsByThread
      .filter(({ us }) => us >= 0.05)
      .map(({ name, us }) => `${name} ${us.toFixed(2)}`)
      .join(", "),
    one.load,
  ]);
  return table(["tree", ...heads, "of it by thread", "load"], rows);
}

function differencesText(differences: readonly string[]): string {
  return differences.length === 0 ? "no differences" : differences.join("\n");
}

export function churnText({ rows, leavers }: ChurnReport): string {
  const { trials, found, latestMinutes } = leavers;
  const shown = rows.map((row) => [
    row.markers,
    row.batch,
    row.nodes,
    row.ofPods,
    row.others,
    row.scores,
    row.cpuSeconds.toFixed(1),
  ]);
  const heads = [
    "markers",
    "minutes a batch",
    "nodes",
    "of pods",
    "of others",
    "sum of scores",
    "CPU s",
  ];
  return `${table(heads, shown)}\n\n${found} of ${trials} nodes that left were told, after ${latestMinutes} min at most`;
}
