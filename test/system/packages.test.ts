import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClientAnswers } from "../guest/use-client.ts";
import { useCore } from "../guest/use-core.ts";
import {
  compile,
  guestEnv,
  install,
  packInto,
  plainNode,
  type Ran,
  run,
  succeed,
} from "../tooling/guest.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GUEST = join(ROOT, "test/guest");
const NAMES = ["@foreshock/core", "@foreshock/client", "foreshock"] as const;
const VERSIONS: Readonly<Record<string, string>> = readJson(ROOT).devDependencies;
const POINTS = 25_000;

const folder = mkdtempSync(join(tmpdir(), "foreshock-packages-"));
const library = join(folder, "library");
const server = join(folder, "server");
const plain = { cwd: library, node: plainNode() };
const pinned = { cwd: server, node: process.execPath };
const plainMajor = Number.parseInt(
  (await succeed(plain.node, ["-p", "process.versions.node"], { ...plain, cwd: folder })).trim(),
  10,
);

beforeAll(async () => {
  const tarballs = join(folder, "tarballs");
  for (const made of [tarballs, library, server]) mkdirSync(made);
  const packed = await packInto(tarballs, NAMES);
  const isLibrary = (file: string) => /core|client/.test(relative(tarballs, file));
  await Promise.all([install(library, packed.filter(isLibrary)), install(server, packed)]);
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  // A forgotten build would be used, out of date, by whoever forgets the condition for sources.
  for (const name of ["core", "client", "server"]) {
    rmSync(join(ROOT, "packages", name, "dist"), { recursive: true, force: true });
  }
});

describe.each(NAMES)("the tarball of %s", (name) => {
  const home = join(server, "node_modules", name);
  const files = () =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(home, join(entry.parentPath, entry.name)))
      .filter((file) => !file.startsWith("node_modules"));

  it("has JavaScript with declarations and maps, the licence and a readme, and no tests", () => {
    const all = files();
    expect(all).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const scripts = all.filter((file) => /^dist\/.*\.js$/.test(file));
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect(all).toContain(`${script}.map`);
      expect(all).toContain(script.replace(/js$/, "d.ts"));
    }
    const foreign = /\.test\.|fixture|testing-|tsbuildinfo|tsconfig|(^|\/)(test|tooling|dev)\//;
    expect(all.filter((file) => foreign.test(file))).toEqual([]);
  });

  it("has the sources its maps point to, beside or in them, and no others", () => {
    const all = files();
    const maps = all.filter((file) => file.endsWith(".map"));
    const beside = new Set(maps.flatMap((map) => sourcesBeside(home, map)));
    const sources = all.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
    expect(sources.sort()).toEqual([...beside].sort());
  });
});

describe(`core and client on Node ${plainMajor}, as a guest has it`, () => {
  it("come alone: neither brings another package along", () => {
    const beside = readdirSync(join(library, "node_modules")).filter((name) => name[0] !== ".");
    expect(beside).toEqual(["@foreshock"]);
    expect(readdirSync(join(library, "node_modules/@foreshock"))).toEqual(["client", "core"]);
  });

  it("have types that resolve, and the core says what its sources say here", async () => {
    copyGuest(library, "use-core.ts", "use-client.ts");
    await compile(library, ["use-core.ts", "use-client.ts"]);
    const script = 'import { useCore } from "./use-core.js"; answer(await useCore());';
    expect(await answerOf(script)).toEqual(await useCore());
  });

  it("let a guest's engine run the contract of engines from @foreshock/core/testing", async () => {
    const tools = ["vitest", "fast-check"].map((name) => `${name}@${VERSIONS[name]}`);
    await install(library, tools);
    copyGuest(library, "ewma-scorer.ts", "ewma-scorer.test.ts");
    await compile(library, ["ewma-scorer.test.ts"], { noEmit: true, skipLibCheck: true });
    const where = { cwd: library, node: process.execPath };
    const stdout = await succeed("node_modules/.bin/vitest", ["run", "--no-color"], where);
    const [, passed] = /Tests +(\d+) passed \(\d+\)/.exec(stdout) ?? [];
    expect(Number(passed), stdout).toBeGreaterThan(10);
  });
});

describe("the program foreshock", () => {
  const foreshock = (...args: string[]): Promise<Ran> =>
    run("node_modules/.bin/foreshock", args, pinned);

  it("says its version", async () => {
    const { version } = readJson(join(ROOT, "packages/server"));
    expect(await foreshock("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.runIf(plainMajor < 24)("says in one sentence that it needs a newer Node", async () => {
    const where = { cwd: server, node: plain.node };
    const { code, stdout, stderr } = await run("node_modules/.bin/foreshock", ["--version"], where);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: foreshock \S+ needs Node\.js 24 or newer, this is v\S+\n$/);
  });

  it("detects in files, in several threads where there are several large ones", async () => {
    const input = join(server, "csv");
    mkdirSync(input);
    for (const name of ["a", "b"]) writeFileSync(join(input, `${name}.csv`), csvWithSpike());
    const { code, stdout, stderr } = await foreshock("detect", input, "--json");
    expect(code, stderr).toBe(0);
    const { data, summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ files: 2, series: 2, points: 2 * POINTS });
    expect(data).toMatchObject([
      { node: "a", label: "spike" },
      { node: "b", label: "spike" },
    ]);
  });

  it("serves: a client of the installed package sends and reads, a browser gets the pages", async () => {
    const data = ["--data-dir", join(server, "data")];
    const keyOf = async (scope: string) => {
      const made = await foreshock("keys", "create", "--tenant", "acme", "--scope", scope, ...data);
      expect(made.code, made.stderr).toBe(0);
      return made.stdout.trim();
    };
    await foreshock("tenants", "create", "acme", ...data);
    const keys = { ingest: await keyOf("ingest"), read: await keyOf("read") };
    const child = spawn("node_modules/.bin/foreshock", ["serve", "--port", "0", ...data], {
      cwd: server,
      env: guestEnv(pinned.node),
      stdio: ["ignore", "ignore", "pipe"],
    });
    try {
      const url = await urlFrom(child.stderr);
      const args = [url, keys, Math.floor(Date.now() / 60_000) * 60_000];
      const script = `import { useClient } from "./use-client.js"; answer(await useClient(...${JSON.stringify(args)}));`;
      const answers = (await answerOf(script)) as ClientAnswers;
      expect(answers).toEqual({
        accepted: 30,
        values: Array.from({ length: 30 }, (_, i) => i),
        refusal: "AuthError",
      });
      const page = await textOf(`${url}/`);
      const asset = /src="(\/assets\/[^"]+)"/.exec(page)?.[1];
      expect((await textOf(`${url}${asset}`)).length).toBeGreaterThan(10_000);
      expect(await textOf(`${url}/docs/`)).toContain("<!doctype html>");
    } finally {
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
    }
  });
});

function copyGuest(into: string, ...names: readonly string[]): void {
  for (const name of names) copyFileSync(join(GUEST, name), join(into, name));
}

/** Runs a module on the plain Node in the folder of the library; `answer(x)` gives `x` back. */
async function answerOf(script: string): Promise<unknown> {
  const answer = "const answer = (value) => console.log(JSON.stringify(value));";
  const args = ["--input-type=module", "-e", `${answer} ${script}`];
  return JSON.parse(await succeed(plain.node, args, plain));
}

/** Sources that a map points to outside itself, as paths within the package. */
function sourcesBeside(home: string, map: string): string[] {
  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(home, map), "utf8"));
  return sources
    .filter((_: string, i: number) => typeof sourcesContent[i] !== "string")
    .map((source: string) => relative(home, resolve(home, dirname(map), source)));
}

/** A point a minute with one spike near the end, large enough that two such files get threads. */
function csvWithSpike(): string {
  const startMs = Date.UTC(2026, 0, 5);
  const rows = Array.from({ length: POINTS }, (_, i) => {
    const value = 50 + 10 * Math.sin((2 * Math.PI * i) / 1440) + ((i * 7919) % 101) / 50;
    const spike = i >= POINTS - 60 && i < POINTS - 55 ? 80 : 0;
    return `${new Date(startMs + i * 60_000).toISOString()},${(value + spike).toFixed(4)}`;
  });
  return ["timestamp,cpu", ...rows, ""].join("\n");
}

async function urlFrom(stderr: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stderr) {
    text += String(chunk);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`the server did not start: ${text}`);
}

async function textOf(url: string): Promise<string> {
  const reply = await fetch(url);
  expect(reply.status, url).toBe(200);
  return reply.text();
}

// biome-ignore lint/suspicious/noExplicitAny: each reader knows its field.
function readJson(dir: string): any {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
}
