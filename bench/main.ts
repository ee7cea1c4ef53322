import { parseArgs } from "node:util";
import { writeGolden } from "./accuracy/golden.ts";
import { measureKinds } from "./accuracy/kinds/measure-kinds.ts";
import { measureAccuracy, measureFleets } from "./accuracy/measure-accuracy.ts";
import { measureSteps } from "./accuracy/steps/measure-steps.ts";
import { measureCalibration } from "./calibration/measure-calibration.ts";
import { measureRanking } from "./load/ranking.ts";
import { measureRemoteWrite, type RemoteWriteFigures } from "./load/remote-write.ts";
import { measureStore } from "./load/store.ts";
import { type Figure, keep } from "./page.ts";
import { measureEngine } from "./speed/engine.ts";
import { measureTruth } from "./truth/measure-truth.ts";

const USAGE = `usage: npm run bench                                     accuracy, fleets, speed and load, one after another
       npm run bench -- accuracy --data DIR [--only SET,...] [--engine NAME,...]
       npm run bench -- kinds [--seeds 21,22,23]
       npm run bench -- truth [--seeds 1,2] [--only FLEET,...]
       npm run bench -- steps
       npm run bench -- fleets
       npm run bench -- calibration [--data DIR]
       npm run bench -- speed
       npm run bench -- load
       npm run bench -- golden --shared DIR --out DIR

DIR of accuracy holds one folder a data set; without --data it is $FORESHOCK_SHARED/data.`;

const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  accuracy: () => measureAccuracy(flags),
  kinds: () => measureKinds(flags.seeds),
  truth: () => measureTruth(flags.seeds, flags.only),
  steps: measureSteps,
  fleets: measureFleets,
  calibration: () => measureCalibration(flags.data),
  speed: async () => {
    const engine = measureEngine();
    const measures = {
      "million-points-per-cpu-second": engine.oneSeriesPointsPerCpuSecond / 1e6,
      "state-bytes": engine.savedStateBytes,
    };
    const figures = await speed(engine);
    keep({ name: "speed", command: "npm run bench -- speed", figures, measures });
  },
  load: () => keep({ name: "load", command: "npm run bench -- load", figures: store() }),
  golden: () => void writeGolden(given("shared"), given("out")),
};
/** What runs without a name, in this order. */
const ALL = ["accuracy", "fleets", "speed", "load"];

const { name, flags } = commandLine();
const chosen = name === undefined ? ALL : [name];
if (chosen.every((one) => Object.hasOwn(BENCHES, one))) {
  for (const one of chosen) await BENCHES[one]!();
} else {
  refuse(`no bench is named ${name}`);
}

function commandLine() {
  const option = { type: "string" } as const;
  const options = {
    data: option,
    only: option,
    engine: option,
    seeds: option,
    shared: option,
    out: option,
  };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 1) return refuse(`one bench at a time, not ${positionals.join(", ")}`);
    return { name: positionals[0], flags: values };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(problem: string): never {
  console.error(`${problem}\n\n${USAGE}`);
  process.exit(2);
}

function given(flag: "shared" | "out"): string {
  return flags[flag] ?? refuse(`golden needs --${flag} DIR`);
}

/** Engine, remote write and ranking: what one machine carries. */
async function speed(engine: ReturnType<typeof measureEngine>): Promise<Figure[]> {
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
  const fleets: RemoteWriteFigures[] = [];
  for (const [series, scrapes] of [
    [10_000, 60],
    [100_000, 24],
  ] as const) {
    const one = await measureRemoteWrite({ series, scrapes });
    fleets.push(one);
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
  figures.push(
    bytes("resident memory of each series more, between these fleets", slopeOf(fleets), 10_240),
  );
  const ranking = await measureRanking(10_000);
  const ms = ranking.millisecondsMedian;
  figures.push({
    what: `ranking of ${ranking.nodes.toLocaleString("en")} nodes over a day, over HTTP`,
    value: `${ms.toFixed(0)} ms (${ranking.cpuMilliseconds.toFixed(0)} ms of CPU)`,
    goal: "<= 100 ms",
    met: ms <= 100,
  });
  return figures;
}

/** What is the same for any fleet (code, caches) is not in it; the larger one is fewer points old. */
function slopeOf(fleets: readonly RemoteWriteFigures[]): number {
  const [small, large] = [fleets[0]!, fleets.at(-1)!];
  const total = (one: RemoteWriteFigures): number => one.residentBytesPerSeries * one.series;
  return (total(large) - total(small)) / (large.series - small.series);
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
