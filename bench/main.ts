import { writeGolden } from "./accuracy/golden.ts";
import { measureRanking } from "./load/ranking.ts";
import { measureRemoteWrite } from "./load/remote-write.ts";
import { measureStore } from "./load/store.ts";
import { type Figure, keep } from "./page.ts";
import { measureEngine } from "./speed/engine.ts";

const [name = "", ...flags] = process.argv.slice(2);

switch (name) {
  case "speed":
    keep("speed", "npm run bench -- speed", await speed());
    break;
  case "store":
    keep("store", "npm run bench -- store", store());
    break;
  case "golden":
    writeGolden(flag("--shared"), flag("--out"));
    break;
  default:
    console.error("usage: npm run bench -- speed | store | golden --shared DIR --out DIR");
    process.exitCode = 2;
}

/** Engine, remote write and ranking: what one machine carries. */
async function speed(): Promise<Figure[]> {
  const engine = measureEngine();
  const figures: Figure[] = [
    rate(
      "engine and score, one series, points a CPU second",
      engine.oneSeriesPointsPerCpuSecond,
      1e6,
    ),
    rate("the same, 1,000 series by turns", engine.manySeriesPointsPerCpuSecond, 1e6),
    bytes("saved state of a series", engine.savedStateBytes, 4096),
    bytes("memory of a detector, objects and all", engine.residentStateBytes, 4096),
  ];
  for (const [series, scrapes] of [
    [10_000, 60],
    [100_000, 24],
  ] as const) {
    const one = await measureRemoteWrite({ series, scrapes });
    const what = `remote write, ${series.toLocaleString("en")} series x ${scrapes}:`;
    figures.push(
      rate(`${what} durable and scored, points a second`, one.pointsPerSecond, 300_000),
      rate(`${what} points a CPU second of the server`, one.pointsPerServerCpuSecond),
      {
        what: `${what} CPU seconds of the server; of the sender beside it`,
        value: `${one.serverCpuSeconds.toFixed(1)}; ${one.senderCpuSeconds.toFixed(1)}`,
        goal: "",
      },
      { what: `${what} bytes a point on disk`, value: one.bytesPerPoint.toFixed(1), goal: "" },
      bytes(`${what} resident memory a series`, one.residentBytesPerSeries, 10_240),
    );
  }
  const ranking = await measureRanking(10_000);
  const ms = ranking.millisecondsMedian;
  figures.push({
    what: `ranking of ${ranking.nodes.toLocaleString("en")} nodes over a day, over HTTP`,
    value: `${ms.toFixed(0)} ms`,
    goal: "<= 100 ms",
    met: ms <= 100,
  });
  return figures;
}

function store(): Figure[] {
  return measureStore().flatMap((one) => [
    rate(`${one.name}, ${one.series} series: points a CPU second`, one.pointsPerCpuSecond),
    { what: `${one.name}: bytes a point on disk`, value: one.bytesPerPoint.toFixed(2), goal: "" },
    bytes(`${one.name}: memory a series`, one.memoryBytesPerSeries),
    {
      what: `${one.name}: one series, all points`,
      value: `${one.readAllMs.toFixed(2)} ms`,
      goal: "",
    },
  ]);
}

function rate(what: string, value: number, least?: number): Figure {
  const shown = Math.round(value).toLocaleString("en");
  if (least === undefined) return { what, value: shown, goal: "" };
  return { what, value: shown, goal: `>= ${least.toLocaleString("en")}`, met: value >= least };
}

function bytes(what: string, value: number, most?: number): Figure {
  const shown = `${Math.round(value).toLocaleString("en")} B`;
  if (most === undefined) return { what, value: shown, goal: "" };
  return { what, value: shown, goal: `<= ${most.toLocaleString("en")} B`, met: value <= most };
}

function flag(wanted: string): string {
  const at = flags.indexOf(wanted);
  const value = at < 0 ? undefined : flags[at + 1];
  if (value === undefined) throw new Error(`give ${wanted} DIR`);
  return value;
}
