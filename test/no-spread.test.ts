import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceFiles } from "./tooling/source-files.ts";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * Every argument lies on the stack: a call that spreads a column of about 120,000 numbers into its
 * arguments throws "Maximum call stack size exceeded". `largestOf`, `smallestOf` and `appendAll` of
 * the core are loops. These few spread what cannot grow.
 */
const ALLOWED: readonly { readonly file: string; readonly spread: string; readonly why: string }[] =
  [
    {
      file: "packages/core/src/detect/detector-state.ts",
      spread: "String.fromCharCode(...payload.subarray(HEAD_BYTES, nameEnd))",
      why: "the name of an engine: its length is one byte of the state",
    },
  ];

const files = sourceFiles(["packages", "bench"]).filter(
  (file) => !/\.test\.tsx?$/.test(file) && !file.startsWith("packages/dashboard/dev/"),
);

describe("calls that spread", () => {
  it.each(files)("%s spreads nothing that can grow into arguments", (file) => {
    const allowed = ALLOWED.filter((one) => one.file === file).map(({ spread }) => spread);
    const found = spreadsOf(readFileSync(join(ROOT, file), "utf8"));
    expect(found.filter((spread) => !allowed.includes(spread))).toEqual([]);
  });

  it("are all there that the list allows", () => {
    for (const { file, spread } of ALLOWED) {
      expect(spreadsOf(readFileSync(join(ROOT, file), "utf8"))).toContain(spread);
    }
  });

  it.each([
    ["Math.min(...column)", "Math.min(...column)"],
    ["Math.max(0, ...rows.map((row) => row.score))", "Math.max(...rows.map((row) => row.score))"],
    ["rows.push(\n  ...await read(),\n)", "push(...await read())"],
    [
      "String.fromCharCode(...bytes.subarray(1, 9))",
      "String.fromCharCode(...bytes.subarray(1, 9))",
    ],
    ["Math.max.apply(null, column)", "apply(null, column)"],
    ["Float64Array.of(...before, ...after)", "Float64Array.of(...before)"],
    ["Math.max(...[first, ...others])", "Math.max(...[first, ...others])"],
    ["list.splice(0, 1, ...fresh)", "splice(...fresh)"],
  ])("planted: %s", (source, offence) => {
    expect(spreadsOf(`const x = ${source};`)).toContain(offence);
  });

  it.each([
    "Math.max(...[low, high])",
    "rows.push({ ...row, open: true })",
    "rows.push([first, ...rest])",
    "// Math.max(...column)",
    "const copy = [...column]",
  ])("harmless: %s", (source) => {
    expect(spreadsOf(`${source};`)).toEqual([]);
  });
});

/** Calls whose arguments all lie on the stack, whatever object they are of. */
const CALL =
  /(?:\b((?:Math|String|\w*Array|Buffer)\.(?:min|max|hypot|fromCharCode|fromCodePoint|of))|\.(push|unshift|splice|concat|apply))\(/g;

/** Spread arguments, each as `call(...what)`; those of array literals without a spread are none. */
function spreadsOf(source: string): string[] {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
  return [...text.matchAll(CALL)].flatMap((match) => {
    const call = match[1] ?? match[2]!;
    const args = argumentsAt(text, match.index + match[0].length);
    if (call === "apply") return [`apply(${args.join(", ")})`];
    return args.filter(mayGrow).map((arg) => `${call}(${arg})`);
  });
}

function mayGrow(arg: string): boolean {
  return arg.startsWith("...") && !/^\.\.\.\[(?:(?!\.\.\.)[\s\S])*\]$/.test(arg);
}

/** The arguments of a call, one text each, on one line. */
function argumentsAt(text: string, from: number): string[] {
  const args: string[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < text.length; at++) {
    const sign = text[at]!;
    if ("([{".includes(sign)) depth++;
    else if (depth > 0 && ")]}".includes(sign)) depth--;
    else if (depth === 0 && (sign === "," || sign === ")")) {
      const arg = text.slice(start, at).replaceAll(/\s+/g, " ").trim();
      if (arg !== "") args.push(arg);
      start = at + 1;
      if (sign === ")") break;
    }
  }
  return args;
}
