import { posix } from "node:path";
import { parseSync } from "vite";
import type { Source } from "./tree.ts";

/** What the rules ask of a file, read off its syntax tree. */
export interface Parsed {
  readonly imports: readonly Import[];
  readonly functions: readonly Span[];
  readonly touches: readonly Touch[];
}

export interface Import {
  /** As written: a relative path, or a package. */
  readonly target: string;
  /** Of relative ones: the path from the root. */
  readonly path: string | undefined;
  /** Gone at run time. */
  readonly typeOnly: boolean;
  /** Opened by `new URL`, as workers are: it runs, but in a world of its own. */
  readonly byUrl: boolean;
}

export interface Span {
  readonly name: string;
  /** Without the chapters and cases of a test that are written inside. */
  readonly lines: number;
}

/** Something global that a function reaches for: `Date.now`, `process.env`, `setTimeout`. */
export interface Touch {
  readonly what: string;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const known = new Map<string, Parsed>();

/** Parses once per path and text. @throws where the file is not TypeScript. */
export function parse({ path, text }: Source): Parsed {
  const key = `${path}\0${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const made = collect(path, text, program as unknown as Node);
  known.set(key, made);
  return made;
}

function collect(path: string, text: string, program: Node): Parsed {
  const imports: Import[] = [];
  const functions: Span[] = [];
  const touches: Touch[] = [];
  const lineOf = lineCounter(text);
  const visit = (node: Node, above: readonly Node[]): void => {
    const target = targetOf(node);
    if (target !== undefined) imports.push(importOf(path, target, node));
    const what = touchOf(node);
    if (what !== undefined) touches.push({ what, line: lineOf(node.start) });
    if (isFunction(node))
      functions.push({ name: nameOf(node, above), lines: ownLines(node, lineOf) });
    for (const child of childrenOf(node)) visit(child, [node, ...above]);
  };
  visit(program, []);
  return { imports, functions, touches };
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => isNode(value));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

const WITH_SOURCE = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/** What an import, a re-export or a worker's URL points at. */
function targetOf(node: Node): string | undefined {
  if (WITH_SOURCE.has(node.type)) return textOf(node.source);
  if (node.type !== "NewExpression" || identifierOf(node.callee) !== "URL") return undefined;
  const [first] = node.arguments as Node[];
  const target = textOf(first);
  return target?.startsWith(".") && /\.m?[jt]sx?$/.test(target) ? target : undefined;
}

function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  return value.type === "Literal" && typeof value.value === "string" ? value.value : undefined;
}

function identifierOf(value: unknown): string | undefined {
  return isNode(value) && value.type === "Identifier" ? String(value.name) : undefined;
}

function importOf(from: string, target: string, node: Node): Import {
  const path = target.startsWith(".") ? posix.join(posix.dirname(from), target) : undefined;
  const specifiers = (node.specifiers ?? []) as Node[];
  const typeOnly =
    node.type === "TSImportType" ||
    node.importKind === "type" ||
    node.exportKind === "type" ||
    (specifiers.length > 0 && specifiers.every((one) => one.importKind === "type"));
  return { target, path, typeOnly, byUrl: node.type === "NewExpression" };
}

const WORLD = new Set(["Date", "Math", "performance", "console", "process", "crypto"]);
const WORLD_CALLS = new Set(["setTimeout", "setInterval", "fetch"]);

function touchOf(node: Node): string | undefined {
  if (node.type === "MemberExpression") {
    const of = identifierOf(node.object);
    const property = identifierOf(node.property);
    return of !== undefined && property !== undefined && WORLD.has(of)
      ? `${of}.${property}`
      : undefined;
  }
  const callee = identifierOf(node.callee);
  if (node.type === "CallExpression" && callee !== undefined && WORLD_CALLS.has(callee))
    return callee;
  const now =
    node.type === "NewExpression" && callee === "Date" && (node.arguments as []).length === 0;
  return now ? "new Date()" : undefined;
}

function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/**
 * A function's lines, without the calls of `describe` and `it` in it: those are chapters and have
 * their own. Where there are chapters, the functions declared beside them count by themselves too.
 */
function ownLines(node: Node, lineOf: (offset: number) => number): number {
  const chapters = outermost(node, isChapter);
  const inside =
    chapters.length === 0 ? [] : outermost(node, (one) => isChapter(one) || isDeclared(one));
  return inside.reduce((sum, one) => sum - span(one, lineOf), span(node, lineOf));
}

/** The nodes inside of `node` that are wanted, without what is inside of those. */
function outermost(node: Node, wanted: (node: Node) => boolean): Node[] {
  return childrenOf(node).flatMap((child) => (wanted(child) ? [child] : outermost(child, wanted)));
}

function isDeclared(node: Node): boolean {
  return node.type === "FunctionDeclaration";
}

function span({ start, end }: Node, lineOf: (offset: number) => number): number {
  return lineOf(end) - lineOf(start) + 1;
}

function isChapter(node: Node): boolean {
  return node.type === "CallExpression" && /^(describe|it|test)\b/.test(calleeName(node));
}

/** The leftmost name of what is called: `it` of `it.each(rows)("…", …)`. */
function calleeName(node: Node): string {
  const { callee } = node;
  if (!isNode(callee)) return "";
  if (callee.type === "MemberExpression") return identifierOf(callee.object) ?? "";
  return callee.type === "CallExpression" ? calleeName(callee) : (identifierOf(callee) ?? "");
}

/** What a reader would call it: its own name, else that of what it is assigned or handed to. */
function nameOf(node: Node, above: readonly Node[]): string {
  for (const one of [node, ...above]) {
    const own = identifierOf(one.id) ?? identifierOf(one.key) ?? privateName(one.key);
    if (own !== undefined) return own;
    if (one.type !== "CallExpression") continue;
    const [title] = one.arguments as Node[];
    return textOf(title) ?? calleeName(one);
  }
  return "(module)";
}

function privateName(value: unknown): string | undefined {
  return isNode(value) && value.type === "PrivateIdentifier" ? `#${String(value.name)}` : undefined;
}
