import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** What a build puts under another name: the pages are written for React and run on Preact. */
const BUILT_FROM: Readonly<Record<string, string>> = { react: "preact", "react-dom": "preact" };

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const packages = ["core", "client", "server", "dashboard"].map((folder) => {
  const manifest: Manifest = readManifest(join(ROOT, "packages", folder));
  return { folder, manifest };
});

describe.each(packages)("the package in packages/$folder", ({ folder, manifest }) => {
  const listed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const imported = importedBy(join(ROOT, "packages", folder, "src"));

  it("lists every package that its sources import", () => {
    expect([...imported].filter((name) => !listed.includes(name))).toEqual([]);
  });

  it("lists none that it does not import, but for what a listed one leaves to its user", () => {
    const asked = listed.flatMap((name) => peersOf(name));
    const unused = listed.filter((name) => !imported.has(name) && !asked.includes(name));
    expect(unused).toEqual([]);
  });

  it("takes our other packages in the version they have here", () => {
    const ours = packages.filter((other) => listed.includes(other.manifest.name));
    for (const other of ours) {
      expect(manifest.dependencies?.[other.manifest.name]).toBe(other.manifest.version);
    }
  });
});

/** Names of the packages that the files under `dir` import, tests left out. */
function importedBy(dir: string): ReadonlySet<string> {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file),
  );
  const specifiers = files.flatMap((file) => {
    const text = readFileSync(join(dir, file), "utf8");
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"([@.\w][\w./:@-]*)"/g)].map(
      (match) => match[1]!,
    );
  });
  const bare = specifiers.filter((specifier) => !/^(\.|node:)/.test(specifier));
  return new Set(bare.map(packageOf).map((name) => BUILT_FROM[name] ?? name));
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The packages that an installed one expects its user to install beside it. */
function peersOf(name: string): string[] {
  const { peerDependencies = {} } = readManifest(join(ROOT, "node_modules", name));
  return Object.keys(peerDependencies);
}

function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
}
