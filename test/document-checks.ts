import { basename, dirname, join } from "node:path";

export const DECISIONS = "docs/DECISIONS.md";
const ENTRY_LINES_MAX = 10;
const COLUMNS_MAX = 160;
/** Numbers in the reason of a decision; more belong into its study. */
const FIGURES_MAX = 2;
export const FIELDS = [
  "Date",
  "Context",
  "Decision",
  "Because",
  "Instead of",
  "Revisit when",
  "Study",
] as const;
export const SECTIONS = ["Question", "Set-up", "Measured", "Verdict", "Command"] as const;

/** One decision: its heading `### D-017 Title`, and all its lines from the heading on, blank ends cut. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** What the commands of experiments may name. */
export interface Commands {
  readonly benches: readonly string[];
  /** Paths of test files. */
  readonly tests: readonly string[];
}

/** Text of a file by its path from the root; undefined where there is nothing. */
export type Reader = (path: string) => string | undefined;

export function entriesOf(text: string): Entry[] {
  return text.split(/^(?=#{1,6} )/m).flatMap((part) => {
    const lines = part.trimEnd().split("\n");
    const [, id, title] = /^### (D-\d{3}) (.+)$/.exec(lines[0]!) ?? [];
    return id === undefined ? [] : [{ id, title: title!, lines }];
  });
}

/** Text of each field by name, in the order of the entry; wrapped lines are joined. */
function fieldsOf({ lines }: Entry): Map<string, string> {
  const joined = lines.slice(1).join("\n").replaceAll(/\n +/g, " ");
  return new Map(
    [...joined.matchAll(/^- \*\*([^*]+):\*\* *(.*)$/gm)].map((match) => [match[1]!, match[2]!]),
  );
}

export function entryOffences(entry: Entry, reader: Reader): string[] {
  const { lines } = entry;
  const fields = fieldsOf(entry);
  const found: string[] = [];
  if (lines.length > ENTRY_LINES_MAX) found.push(`${lines.length} lines`);
  for (const { length } of lines) {
    if (length > COLUMNS_MAX) found.push(`a line of ${length} columns`);
  }
  for (const field of FIELDS) {
    if (!fields.has(field)) found.push(`no field ${field}`);
    else if (fields.get(field) === "") found.push(`field ${field} is empty`);
  }
  if (found.length === 0) found.push(...fieldOffences(entry, fields, reader));
  return found.map((what) => `${entry.id}: ${what}`);
}

/** What is wrong inside the fields, where all of them are there. */
function fieldOffences(entry: Entry, fields: Map<string, string>, reader: Reader): string[] {
  const found: string[] = [];
  if ([...fields.keys()].join() !== FIELDS.join()) found.push("fields out of order");
  if (!/^\d{4}-\d{2}-\d{2}\b/.test(fields.get("Date")!)) found.push("no date");
  if (roomsOf(entry).length === 0) found.push("no rooms");
  const figures = figuresOf(fields.get("Because")!).length;
  if (figures > FIGURES_MAX) found.push(`${figures} figures`);
  const study = fields.get("Study")!;
  if (!/^none: .|\]\(experiments\/[\w-]+\.md\)/.test(study)) {
    found.push("neither a study nor why there is none");
  }
  for (const link of deadLinks(DECISIONS, study, reader)) found.push(`dead link ${link}`);
  return found;
}

/** Numbers of a sentence; a range is one. Not those in code or in names like F1 and D-017. */
function figuresOf(text: string): string[] {
  const plain = text.replaceAll(/`[^`]*`/g, "");
  return plain.match(/(?<![\w.-])[-+]?(?:\d[\d,]*)?\.?\d+(?:e-?\d+)?(?:-[\d.]+)?/g) ?? [];
}

function roomsOf(entry: Entry): string[] {
  const rooms = /\*\*Rooms:\*\* (.+)$/.exec(fieldsOf(entry).get("Date") ?? "")?.[1];
  return rooms?.split(",").map((room) => room.trim()) ?? [];
}

export function orderOffences(entries: readonly Entry[]): string[] {
  return entries.slice(1).flatMap((entry, i) => {
    const above = entries[i]!;
    const dateOf = (one: Entry) => fieldsOf(one).get("Date")!.slice(0, "2026-11-25".length);
    return [
      ...(entry.id < above.id ? [] : [`${entry.id} below ${above.id}`]),
      ...(dateOf(entry) <= dateOf(above) ? [] : [`${entry.id} is newer than ${above.id}`]),
    ];
  });
}

export function indexOffences(text: string): string[] {
  const index = /^## Index by room\n([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
  const key = (room: string, id: string, title: string) => [id, room, title].join("\t");
  const listed = new Set(
    index.split(/^- /m).flatMap((part) => {
      const room = part.split("\n", 1)[0]!.trim();
      return [...part.matchAll(/^ {2}- \[(D-\d{3})\]\([^)]*\) (.+)$/gm)].map((match) =>
        key(room, match[1]!, match[2]!),
      );
    }),
  );
  const wanted = new Set(
    entriesOf(text).flatMap((one) => roomsOf(one).map((room) => key(room, one.id, one.title))),
  );
  const wordsOf = (one: string) => one.split("\t");
  const missing = [...wanted].filter((one) => !listed.has(one)).map(wordsOf);
  const surplus = [...listed].filter((one) => !wanted.has(one)).map(wordsOf);
  return [
    ...missing.map(([id, room]) => `${id} is not under ${room}`),
    ...surplus.map(([id, room, title]) => `${id} should not be under ${room} as ${title}`),
  ];
}

export function studyOffences(text: string, commands: Commands): string[] {
  const missing = SECTIONS.filter((name) => !text.includes(`## ${name}\n`));
  const found = missing.map((name) => `no section ${name}`);
  if (!/^\|.+\|\n\|[-|: ]+\|\n\|.+\|$/m.test(text)) found.push("no table");
  const block = /^## Command\n+```\w*\n([\s\S]*?)^```/m.exec(text)?.[1] ?? "";
  const lines = block.split("\n").filter((line) => line !== "");
  if (lines.length === 0) found.push("no command");
  const unknown = lines.filter((line) => !isCommand(line, commands));
  return [...found, ...unknown.map((line) => `unknown: ${line}`)];
}

function isCommand(line: string, { benches, tests }: Commands): boolean {
  const bench = /^npm run bench -- ([\w-]+)( |$)/.exec(line)?.[1];
  if (bench !== undefined) return benches.includes(bench);
  const names = /^npx vitest run(?: --project \w+)? ([\w -]+)$/.exec(line)?.[1]?.split(" ");
  return names?.every((name) => tests.some((path) => basename(path).startsWith(name))) ?? false;
}

/** Relative links of `text`, the document at `path`, that lead nowhere; anchors included. */
export function deadLinks(path: string, text: string, reader: Reader): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file, anchor] = link.split("#") as [string, string?];
    const target = file === "" ? text : reader(join(dirname(path), file));
    if (target === undefined) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

/** As GitHub makes them: letters, digits and hyphens; a heading that repeats gets a number. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map((match) => {
    const letters = match[1]!.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "");
    const anchor = letters.trim().replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, "");
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, "");
}

/** Documents and decisions that `text` names and that are not there. */
export function deadMentions(
  path: string,
  text: string,
  ids: ReadonlySet<string>,
  reader: Reader,
): string[] {
  const documentNames = text.match(/\bdocs\/[\w/-]+\.md\b/g) ?? [];
  const decisionNames = text.match(/\bD-\d{3}\b/g) ?? [];
  return [
    ...documentNames.filter((name) => reader(name) === undefined),
    ...decisionNames.filter((id) => !ids.has(id)),
  ].map((name) => `${path}: ${name}`);
}
