import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const HOME = resolve(import.meta.dirname, "../../.foreshock/generators");
const LOCKS = join(import.meta.dirname, "generators");
const PYTHON = join(HOME, "python/bin/python");
const FILES = ["package.json", "package-lock.json", "requirements.txt"] as const;

/** Where the public generators of clients are, in exactly the locked versions. */
export const GENERATORS = {
  typescript: join(HOME, "node_modules/@hey-api/openapi-ts/bin/run.js"),
  compiler: join(HOME, "node_modules/typescript/bin/tsc"),
  python: PYTHON,
  pythonCommand: join(HOME, "python/bin/openapi-python-client"),
  pythonConfig: join(LOCKS, "python-client.yaml"),
} as const;

/**
 * Whether both are there in the locked versions. Without them their tests are skipped on a desk and fail in
 * the gate (CI set), which installs them.
 */
export function hasGenerators(): boolean {
  const found = FILES.every((name) => isSame(join(HOME, `locked-${name}`), join(LOCKS, name)));
  if (!found && process.env.CI) throw new Error("no generators of clients: run `npm run verify`");
  return found;
}

/** Installs what is missing or of another version, from their lock files. */
export function installGenerators(): void {
  if (FILES.every((name) => isSame(join(HOME, `locked-${name}`), join(LOCKS, name)))) return;
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  for (const name of FILES) copyFileSync(join(LOCKS, name), join(HOME, name));
  const made =
    run("npm", ["ci", "--ignore-scripts", "--silent"]) &&
    run("python3", ["-m", "venv", join(HOME, "python")]) &&
    run(PYTHON, [
      ...["-m", "pip", "install", "-q", "--disable-pip-version-check"],
      ...["-r", "requirements.txt"],
    ]);
  if (!made) return;
  for (const name of FILES) copyFileSync(join(LOCKS, name), join(HOME, `locked-${name}`));
}

function isSame(one: string, other: string): boolean {
  return existsSync(one) && readFileSync(one, "utf8") === readFileSync(other, "utf8");
}

function run(command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, args, { cwd: HOME, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) console.error(`failed: ${command} ${args.join(" ")}`);
  return done.status === 0;
}
