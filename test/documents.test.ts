import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type Commands,
  DECISIONS,
  deadLinks,
  deadMentions,
  entriesOf,
  entryOffences,
  FIELDS,
  indexOffences,
  orderOffences,
  type Reader,
  SECTIONS,
  studyOffences,
} from "./document-checks.ts";

const ROOT = resolve(import.meta.dirname, "..");
const EXPERIMENTS = "docs/experiments";

describe("the decisions", () => {
  const text = read(DECISIONS)!;
  const entries = entriesOf(text);

  it("are entries of few lines with every field, and their studies resolve", () => {
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.flatMap((entry) => entryOffences(entry, read))).toEqual([]);
  });

  it("have unique numbers, newest on top", () => {
    expect(orderOffences(entries)).toEqual([]);
  });

  it("are all in the index, under each of their rooms", () => {
    expect(indexOffences(text)).toEqual([]);
  });

  it("begin with goals and non-goals", () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings.slice(0, 3)).toEqual(["Goals", "Non-goals", "Index by room"]);
  });
});

describe("the experiments", () => {
  const studies = documents().filter(
    (path) => dirname(path) === EXPERIMENTS && basename(path) !== "README.md",
  );
  const commands: Commands = {
    benches: [...read("bench/main.ts")!.matchAll(/npm run bench -- ([\w-]+)/g)].map(
      (match) => match[1]!,
    ),
    tests: sources().filter((path) => /\.test\.tsx?$/.test(path)),
  };

  it.each(studies)("%s has every section, a table and a command of this repository", (path) => {
    expect(studyOffences(read(path)!, commands)).toEqual([]);
  });

  it("are all in their index, and each is the study of a decision", () => {
    const index = read(`${EXPERIMENTS}/README.md`)!;
    const decisions = read(DECISIONS)!;
    for (const path of studies) {
      expect(index).toContain(`| [${basename(path, ".md")}](${basename(path)}) |`);
      expect(decisions).toContain(`](experiments/${basename(path)})`);
    }
  });
});

describe("what documents and sources refer to", () => {
  it.each(documents())("exists: links of %s", (path) => {
    expect(deadLinks(path, read(path)!, read)).toEqual([]);
  });

  it("exists: documents and decisions named in sources and documents", () => {
    const ids = new Set(entriesOf(read(DECISIONS)!).map(({ id }) => id));
    const own = relative(ROOT, import.meta.filename);
    const all = [...sources(), ...documents()].filter((path) => path !== own);
    expect(all.flatMap((path) => deadMentions(path, read(path)!, ids, read))).toEqual([]);
  });
});

describe("the checks themselves, on planted offences", () => {
  const good = `### D-002 Title
- **Date:** 2026-11-25 · **Rooms:** store, query
- **Context:** c
- **Decision:** d
- **Because:** it fell from 200-430 to 81 bytes.
- **Instead of:** i
- **Revisit when:** r
- **Study:** [one](experiments/one.md)`;
  const older = good.replace("D-002", "D-001").replace("11-25", "11-24");
  const files = new Map([
    ["docs/experiments/one.md", "# One\n\n## The end\n## The end"],
    ["docs/DECISIONS.md", good],
  ]);
  const reader: Reader = (path) => files.get(path);
  const offences = (text: string) =>
    entriesOf(text).flatMap((entry) => entryOffences(entry, reader));

  it("let a good entry pass, alone and between others", () => {
    expect(offences(good)).toEqual([]);
    expect(offences(`# Decisions\n\n${good}\n\n${older}\n`)).toEqual([]);
    expect(offences(good.replace(/\[one\].*/, "none: a layout."))).toEqual([]);
  });

  it("find an entry of 11 lines, and one line that is too long", () => {
    expect(offences(`${good}\n  more\n  more`)).toEqual([]);
    expect(offences(`${good}\n  more\n  more\n  more`)).toEqual(["D-002: 11 lines"]);
    expect(offences(good.replace("** c", `** ${"c".repeat(160)}`))).toEqual([
      "D-002: a line of 175 columns",
    ]);
  });

  it.each(FIELDS)("find that the field %s is missing, or empty", (field) => {
    const line = new RegExp(`^- \\*\\*${field}:\\*\\*.*\n?`, "m");
    expect(offences(good.replace(line, ""))).toContain(`D-002: no field ${field}`);
    expect(offences(good.replace(line, `- **${field}:**\n`))).toContain(
      `D-002: field ${field} is empty`,
    );
  });

  it("find fields out of order, no date, no rooms, three figures, and a study that is not there", () => {
    const swapped = good.replace("Context", "x").replace("Decision", "Context");
    expect(offences(swapped.replace("x", "Decision"))).toEqual(["D-002: fields out of order"]);
    expect(offences(good.replace("2026-11-25", "lately"))).toEqual(["D-002: no date"]);
    expect(offences(good.replace(" · **Rooms:** store, query", ""))).toEqual(["D-002: no rooms"]);
    expect(offences(good.replace("81 bytes", "81 bytes in .5 s"))).toEqual(["D-002: 3 figures"]);
    expect(offences(good.replace("one.md", "two.md"))).toEqual([
      "D-002: dead link experiments/two.md",
    ]);
    expect(offences(good.replace(/\[one\].*/, "see there"))).toEqual([
      "D-002: neither a study nor why there is none",
    ]);
  });

  it("find a number twice, an older entry on top, and a later date below", () => {
    const both = (first: string, second: string) =>
      orderOffences(entriesOf(`${first}\n\n${second}`));
    expect(both(good, older)).toEqual([]);
    expect(both(good, good)).toEqual(["D-002 below D-002"]);
    expect(both(older, good)).toContain("D-002 below D-001");
    expect(both(good, older.replace("11-24", "11-26"))).toEqual(["D-001 is newer than D-002"]);
  });

  it("find what is missing in the index, and what should not be there", () => {
    const index = (rows: string) => indexOffences(`## Index by room\n${rows}\n## Entries\n${good}`);
    const row = "  - [D-002](#d-002-title) Title";
    expect(index(`- store\n${row}\n- query\n${row}`)).toEqual([]);
    expect(index(`- store\n${row}`)).toEqual(["D-002 is not under query"]);
    expect(index(`- store\n${row}\n- query\n${row}\n- api\n${row}`)).toEqual([
      "D-002 should not be under api as Title",
    ]);
    expect(index(`- store\n${row}\n- query\n${row}\n${row.replaceAll("002", "007")}`)).toEqual([
      "D-007 should not be under query as Title",
    ]);
  });

  it("find a study without a table, a section, or a command of this repository", () => {
    const commands: Commands = { benches: ["speed"], tests: ["packages/core/src/a/good.test.ts"] };
    const study = (command: string) =>
      `${SECTIONS.slice(0, -1)
        .map((name) => `## ${name}`)
        .join("\n")}\n| a | b |\n|---|---|\n| 1 | 2 |\n## Command\n\`\`\`\n${command}\n\`\`\`\n`;
    const found = (text: string) => studyOffences(text, commands);
    expect(found(study("npm run bench -- speed"))).toEqual([]);
    expect(found(study("npx vitest run --project rooms good"))).toEqual([]);
    expect(found(study("npm run bench -- fast"))).toEqual(["unknown: npm run bench -- fast"]);
    expect(found(study("npx vitest run good bad"))).toEqual(["unknown: npx vitest run good bad"]);
    expect(found(study("npx vitest run"))).toEqual(["unknown: npx vitest run"]);
    expect(found(study("python3 once.py"))).toEqual(["unknown: python3 once.py"]);
    expect(found(study(""))).toEqual(["no command"]);
    expect(found(study("npm run bench -- speed").replace("|---|---|\n", ""))).toEqual(["no table"]);
    expect(found(study("npm run bench -- speed").replace("## Verdict\n", ""))).toEqual([
      "no section Verdict",
    ]);
  });

  it("find dead links and anchors, and leave code and other sites alone", () => {
    const dead = (text: string) => deadLinks("docs/page.md", text, reader);
    expect(dead("[a](experiments/one.md) [b](https://example.org/x) `[c](gone.md)`")).toEqual([]);
    expect(dead("```\n[a](gone.md)\n```")).toEqual([]);
    expect(dead("[a](gone.md) ![b](gone.png) [c](DECISIONS.md)")).toEqual(["gone.md", "gone.png"]);
    expect(dead("# My page\n[a](#my-page) [b](#your-page)")).toEqual(["#your-page"]);
    expect(dead("[a](experiments/one.md#the-end-1) [b](experiments/one.md#the-end-2)")).toEqual([
      "experiments/one.md#the-end-2",
    ]);
    expect(deadLinks("README.md", "[a](docs/DECISIONS.md#d-002-title)", reader)).toEqual([]);
  });

  it("find a comment that names a document or a decision that is gone", () => {
    const mentions = (text: string) => deadMentions("a.ts", text, new Set(["D-002"]), reader);
    expect(mentions("// See docs/DECISIONS.md, D-002.")).toEqual([]);
    expect(mentions("// See docs/NOTES.md and D-003.")).toEqual([
      "a.ts: docs/NOTES.md",
      "a.ts: D-003",
    ]);
  });
});

/** "" for a folder and for what is not text. */
function read(path: string): string | undefined {
  const file = join(ROOT, path);
  if (!existsSync(file)) return undefined;
  return /\.(md|tsx?)$/.test(file) ? readFileSync(file, "utf8") : "";
}

function documents(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  return [...atRoot, ...filesUnder("docs", /\.md$/)];
}

function sources(): string[] {
  const packages = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/src`);
  return [...packages, "bench", "test"].flatMap((folder) => filesUnder(folder, /\.tsx?$/));
}

function filesUnder(folder: string, name: RegExp): string[] {
  const base = join(ROOT, folder);
  if (!existsSync(base)) return [];
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist|dist-types)\//.test(path))
    .sort();
}
