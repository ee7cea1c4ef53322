import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** Which rooms of a package each room may import besides itself. ARCHITECTURE.md draws this table. */
const MAY_USE: Record<string, Record<string, readonly string[]>> = {
  core: {
    model: [],
    stats: ["model"],
    window: ["model", "stats"],
    store: ["model", "stats", "window"],
    engine: ["model", "stats", "window"],
    score: ["model", "stats", "engine"],
    explain: ["model", "stats", "window", "score"],
    aggregate: ["model", "stats"],
    alarm: ["model", "stats"],
    generator: ["model"],
    detect: ["model", "stats", "window", "engine", "score", "explain", "alarm"],
    pipeline: [
      "model",
      "stats",
      "store",
      "window",
      "engine",
      "score",
      "explain",
      "aggregate",
      "alarm",
      "detect",
    ],
    calibration: [
      "model",
      "stats",
      "engine",
      "aggregate",
      "alarm",
      "detect",
      "pipeline",
      "generator",
    ],
  },
  server: {
    platform: [],
    config: [],
    observe: [],
    tenant: ["config", "platform"],
    store: ["config", "observe", "platform"],
    ingest: ["platform"],
    partition: ["platform", "store"],
    api: ["platform", "ingest", "tenant", "observe", "config"],
    dispatch: ["platform", "partition", "tenant"],
    fleet: ["platform", "store", "dispatch", "partition"],
    query: ["platform", "store", "tenant", "partition", "dispatch", "fleet"],
    serve: [
      "platform",
      "config",
      "observe",
      "tenant",
      "store",
      "ingest",
      "partition",
      "api",
      "dispatch",
      "fleet",
      "query",
    ],
    demo: ["platform", "api", "ingest", "tenant", "config"],
    cli: ["platform", "config", "observe", "tenant", "store", "ingest", "api", "demo", "serve"],
    // Until the last move.
    schedule: [
      "platform",
      "store",
      "tenant",
      "observe",
      "config",
      "api",
      "ingest",
      "partition",
      "dispatch",
      "fleet",
      "query",
    ],
    incident: ["model", "stats"],
  },
};

/** What a package may import from outside itself; a name ending in "/" allows the whole scope. */
const OUTSIDE: Record<string, readonly string[]> = {
  core: [],
  client: [],
  dashboard: ["@foreshock/client", "@tanstack/react-query", "preact", "react", "uplot", "wouter"],
};

const LINES_MAX = 400;

interface Source {
  readonly path: string;
  readonly pkg: string;
  readonly room: string;
  readonly text: string;
  readonly test: boolean;
}

const sources = ["core", "client", "server", "dashboard"].flatMap((pkg) => sourcesOf(pkg));

describe.each(sources.map((source) => [source.path, source] as const))("%s", (_, source) => {
  it("imports only what its room may", () => {
    for (const target of importsOf(source)) {
      expect(refusalOf(source, target), `${source.path} imports ${target}`).toBeUndefined();
    }
  });

  if (source.pkg === "core" && !source.test) {
    it("has no clock, dice, console or environment of its own", () => {
      expect(source.text).not.toMatch(
        /Date\.now|new Date\(\)|Math\.random|console\.|process\.|performance\.|setTimeout|fetch\(/,
      );
    });
  }

  it(`has at most ${LINES_MAX} lines and a name that says what it holds`, () => {
    expect(source.text.split("\n").length).toBeLessThanOrEqual(LINES_MAX);
    expect(source.path).not.toMatch(/(^|\/)(utils?|helpers?|common|types|misc)\.tsx?$/);
  });
});

function sourcesOf(pkg: string): Source[] {
  const base = join(ROOT, "packages", pkg, "src");
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.gen\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: relative(ROOT, file),
      pkg,
      room: relative(base, file).includes("/") ? relative(base, file).split("/")[0]! : "",
      text: readFileSync(file, "utf8"),
      test: /\.test\.tsx?$|(^|\/)contract\.ts$|-contract\.ts$/.test(file),
    }));
}

function importsOf({ text }: Source): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

/** Why `source` must not import `target`; undefined when it may. */
function refusalOf(source: Source, target: string): string | undefined {
  if (target.startsWith(".")) return refusalInside(source, target);
  const allowed = OUTSIDE[source.pkg];
  if (allowed === undefined || source.test) return undefined;
  const known = allowed.some((name) => target === name || target.startsWith(`${name}/`));
  return known ? undefined : "a package outside the table";
}

function refusalInside(source: Source, target: string): string | undefined {
  const base = join(ROOT, "packages", source.pkg, "src");
  const file = relative(base, resolve(ROOT, dirname(source.path), target));
  if (file.startsWith("..")) return source.test ? undefined : "leaves its package";
  if (/^index\.tsx?$/.test(file) && source.room !== "") return "the index is for guests";
  const table = MAY_USE[source.pkg];
  const room = file.includes("/") ? file.split("/")[0]! : "";
  if (table === undefined || source.room === "" || room === source.room || source.test)
    return undefined;
  const allowed = table[source.room];
  if (allowed === undefined) return `room ${source.room} is not in the table`;
  return allowed.includes(room) ? undefined : `${source.room} may not use ${room}`;
}
