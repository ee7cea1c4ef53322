import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FILE_SAMPLES } from "../../testing/file-samples.ts";
import {
  FAULT_FROM,
  FAULT_TO,
  SAMPLE_POINTS,
  SAMPLE_START_MS,
  SAMPLE_STEP_MS,
} from "../../testing/sample-values.ts";
import { runForTest } from "../../testing/testing-io.ts";

const DOCUMENT = resolve(import.meta.dirname, "../../../../docs/files.md");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-forms-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly form: string;
  readonly file: string;
  readonly flags: readonly string[];
  readonly series: readonly string[];
}

/** The rows of the document's first table. */
function rows(): Row[] {
  return readFileSync(DOCUMENT, "utf8")
    .split("\n")
    .filter((line) => line.includes("`foreshock detect "))
    .map((line) => {
      const [, form = "", command = "", series = ""] = line.split("|").map((cell) => cell.trim());
      const words = [...command.slice(1, -1).matchAll(/"([^"]*)"|(\S+)/g)];
      const [, , file = "", ...flags] = words.map(([, quoted, bare]) => quoted ?? bare!);
      return {
        form,
        file,
        flags,
        series: [...series.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
      };
    });
}

describe("the table of files", () => {
  it("has a row for every sample", () => {
    const files = rows().map(({ file }) => file);
    expect(files.toSorted()).toEqual(Object.keys(FILE_SAMPLES).toSorted());
  });

  it.each(rows().map((row) => [row.form, row] as const))("%s", async (_, row) => {
    const { file, flags, series } = row;
    const path = join(folder, file);
    writeFileSync(path, FILE_SAMPLES[file]!());
    const preview = await runForTest(["detect", path, ...flags, "--explain-input", "--json"]);
    expect(preview).toMatchObject({ code: 0, err: "" });
    const { data } = JSON.parse(preview.out);
    const names = data[0].series.map((name: string) => name.slice(name.indexOf("/") + 1));
    expect(names).toEqual(series);
    const run = await runForTest(["detect", path, ...flags, "--level", "metric", "--json"]);
    expect(run.code).toBe(0);
    const found = JSON.parse(run.out);
    const [worst] = found.data;
    expect(`${worst.node}/${worst.metric}`).toBe(series[0]);
    const at = (i: number) => SAMPLE_START_MS + i * SAMPLE_STEP_MS;
    const touches = (one: { windowStart: string; windowEnd: string }) =>
      Date.parse(one.windowStart) < at(FAULT_TO) && Date.parse(one.windowEnd) > at(FAULT_FROM);
    expect(touches(worst)).toBe(true);
    expect(Date.parse(data[0].from)).toBeLessThan(at(1));
    expect(Date.parse(data[0].to)).toBeGreaterThanOrEqual(at(SAMPLE_POINTS - 1));
  });
});
