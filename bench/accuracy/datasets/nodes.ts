import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { numbersAt, readRows } from "./packed-csv.ts";
import { type LabelledSeries, runsOf } from "./record.ts";

/** Made-up origin of sets without times: Monday, 2024-01-01. */
const ORIGIN_S = 1_704_067_200;
const ENDING = ".csv.gz";
/** A line of an interpretation file: rows of the test part, and metrics counted from 1. */
type Interpretation = LabelledSeries["causes"][number];

/** Server Machine Dataset: 1 minute; a range of the interpretation ends before its last number. */
export function readSmd(folder: string): LabelledSeries[] {
  return readServers(folder, "smd", 60, 1);
}

/** Application Server Dataset: 5 minutes; a range of the interpretation includes its last number. */
export function readAsd(folder: string): LabelledSeries[] {
  return readServers(folder, "asd", 300, 0);
}

function readServers(
  folder: string,
  dataset: string,
  intervalS: number,
  endExclusive: 0 | 1,
): LabelledSeries[] {
  return byNumbers(readdirSync(join(folder, "test"))).map((file) => {
    const node = basename(file, ENDING);
    const [names = [], ...train] = readRows(join(folder, "train", file));
    const test = readRows(join(folder, "test", file)).slice(1);
    const labels = readRows(join(folder, "test_label", `${node}.txt.gz`));
    const told = join(folder, "interpretation_label", `${node}.txt`);
    return nodeOf({
      dataset,
      group: dataset === "smd" ? node.slice(0, node.lastIndexOf("-")) : dataset,
      series: node,
      metricNames: names,
      train,
      test,
      labels: numbersAt(labels, 0),
      intervalS,
      causes: existsSync(told) ? interpretation(readFileSync(told, "utf8"), endExclusive) : [],
    });
  });
}

/** Services of a content platform: 5 minutes, no names, no contributing metrics. */
export function readJumpstarter(folder: string): LabelledSeries[] {
  const systems = readdirSync(folder)
    .filter((name) => name.startsWith("Dataset"))
    .sort();
  return systems.flatMap((system) => {
    const inside = (part: string, file: string) => readRows(join(folder, system, part, file));
    return byNumbers(readdirSync(join(folder, system, "test"))).map((file) => {
      const test = inside("test", file);
      return nodeOf({
        dataset: "jumpstarter",
        group: system,
        series: `${system}/${basename(file, ENDING)}`,
        metricNames: test[0]!.map((_, k) => `m${k + 1}`),
        train: inside("train", file),
        test,
        labels: numbersAt(inside("test_label", file), 0),
        intervalS: 300,
        causes: [],
      });
    });
  });
}

interface Draft extends Pick<LabelledSeries, "dataset" | "group" | "series" | "metricNames"> {
  readonly train: readonly string[][];
  readonly test: readonly string[][];
  /** Of the test part. */
  readonly labels: Float64Array;
  readonly intervalS: number;
  /** Ranges of the test part. */
  readonly causes: readonly Interpretation[];
}

function nodeOf({ train, test, labels, intervalS, causes, ...draft }: Draft): LabelledSeries {
  const trainEnd = train.length;
  const rows = [...train, ...test];
  const flags = new Uint8Array(rows.length);
  labels.forEach((label, i) => {
    flags[trainEnd + i] = label > 0 ? 1 : 0;
  });
  return {
    ...draft,
    timestampsMs: Float64Array.from(rows, (_, i) => (ORIGIN_S + i * intervalS) * 1000),
    columns: draft.metricNames.map((_, k) => numbersAt(rows, k)),
    labels: flags,
    intervalMs: intervalS * 1000,
    windows: runsOf(flags),
    trainEnd,
    causes: causes.map(({ range: [first, last], columns }) => ({
      range: [first + trainEnd, last + trainEnd],
      columns,
    })),
  };
}

function interpretation(text: string, endExclusive: 0 | 1): Interpretation[] {
  return text
    .split(/\s+/)
    .filter((line) => line !== "")
    .map((line) => {
      const [range = "", metrics = ""] = line.split(":");
      const [first = 0, last = 0] = range.split("-").map(Number);
      return {
        range: [first, last - endExclusive],
        columns: metrics.split(",").map((metric) => Number(metric) - 1),
      };
    });
}

/** By the numbers in the names: omi-3 before omi-11. */
function byNumbers(files: readonly string[]): string[] {
  const numbers = (file: string) => (file.match(/\d+/g) ?? []).map(Number);
  return files.toSorted((a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? 0);
  });
}
