import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const PYTHON_HOME = join(ROOT, ".foreshock/python");
const LOCK = join(import.meta.dirname, "requirements.txt");

/** Debian packages the gate uses, with the program by which each is recognised. */
const DEBIAN: readonly (readonly [name: string, program: string])[] = [
  ["chromium", "/usr/bin/chromium"],
  ["prometheus", "/usr/bin/prometheus"],
  ["prometheus-node-exporter", "/usr/bin/prometheus-node-exporter"],
  ["gcc", "/usr/bin/cc"],
  ["libc6-dev", "/usr/include/stdio.h"],
];

/** Installs what is missing where we may (Debian, root). What stays missing makes its tests fail on CI. */
export function installDebianPackages(): void {
  const missing = DEBIAN.filter(([, program]) => !existsSync(program)).map(([name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.error(`missing and not installable here: ${missing.join(", ")}`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], env);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], env);
}

/** A virtual environment with exactly the locked packages; its interpreter's path, or undefined. */
export function installPython(): string | undefined {
  const given = process.env.FORESHOCK_PYTHON;
  if (given !== undefined) return given;
  const python = join(PYTHON_HOME, "bin/python");
  const mark = join(PYTHON_HOME, "locked.txt");
  if (existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(LOCK, "utf8")) return python;
  const made =
    run("python3", ["-m", "venv", PYTHON_HOME]) &&
    run(python, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", LOCK]) &&
    run("cp", [LOCK, mark]);
  return made ? python : undefined;
}

function run(command: string, args: readonly string[], env = process.env): boolean {
  const done = spawnSync(command, args, { stdio: ["ignore", 2, 2], env });
  if (done.status !== 0) console.error(`failed: ${command} ${args.join(" ")}`);
  return done.status === 0;
}
