import { execFile } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const TAKES_MS = 120_000;
const OUTPUT_BYTES_MAX = 1 << 26;
/** What vitest, npm and our own tests put into the environment; a guest's shell has none of it. */
const OURS =
  /^(NODE_ENV|NODE_OPTIONS|NODE_PATH|VITEST.*|TEST|DEV|PROD|MODE|SSR|FORESHOCK_.*|npm_(package|lifecycle)_.*)$/;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunIn {
  readonly cwd: string;
  /** The `node` that programs find on their path. */
  readonly node: string;
}

/** The first `node` on the path that did not come with the workspace: the one a guest has. */
export function plainNode(): string {
  const node = outsidePath()
    .map((folder) => join(folder, "node"))
    .find((file) => existsSync(file));
  if (node === undefined) throw new Error("there is no Node on the path outside the workspace");
  return node;
}

/** Packs the packages as `npm publish` would. @returns the tarballs, in the order of their names. */
export async function packInto(folder: string, names: readonly string[]): Promise<string[]> {
  const workspaces = names.flatMap((name) => ["-w", name]);
  const args = ["pack", "--silent", "--pack-destination", folder, ...workspaces];
  await succeed("npm", args, { cwd: ROOT, node: process.execPath });
  return readdirSync(folder).map((file) => join(folder, file));
}

/** Installs into `folder`, from npm's cache where it can. */
export async function install(folder: string, specs: readonly string[]): Promise<void> {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }');
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await succeed("npm", ["install", ...flags, ...specs], { cwd: folder, node: plainNode() });
}

/** Compiles like a guest with strict settings and no types but the packages' own. */
export async function compile(
  folder: string,
  files: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    strict: true,
    rewriteRelativeImportExtensions: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  await succeed(tsc, ["-p", "."], { cwd: folder, node: process.execPath });
}

/** Runs a program and gives what it wrote and its exit code, whatever that is. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, node }: RunIn,
): Promise<Ran> {
  const options = { cwd, env: guestEnv(node), timeout: TAKES_MS, maxBuffer: OUTPUT_BYTES_MAX };
  try {
    return { code: 0, ...(await promisify(execFile)(command, args, options)) };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as Partial<Ran>;
    if (typeof code !== "number") throw error;
    return { code, stdout, stderr };
  }
}

/** As `run`, for programs that must succeed. @returns what it wrote to stdout */
export async function succeed(
  command: string,
  args: readonly string[],
  where: RunIn,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, where);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

export function guestEnv(node: string): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const path = [dirname(node), ...outsidePath()].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path };
}

function outsidePath(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => !folder.includes("node_modules"));
}
