// The whole gate. Its last line is `N passed, N failed` (`, N skipped`).
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { installGenerators } from "./generators.ts";
import { installDebianPackages, installPython } from "./machine.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const REPORT = join(ROOT, ".foreshock/vitest.json");

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Each is a check of its own in the final count. */
const STATIC_CHECKS: readonly (readonly [
  name: string,
  command: string,
  args: readonly string[],
])[] = [
  ["types", "tsc", ["-b"]],
  ["format and lint", "biome", ["check", "."]],
  ["promises and cycles", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["dashboard builds", "npm", ["run", "-s", "build:dashboard"]],
];

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
installDebianPackages();
const python = installPython();
installGenerators();
for (const [name, command, args] of STATIC_CHECKS) {
  const good = run(command, args);
  console.log(`${good ? "ok  " : "FAIL"} ${name}`);
  counts[good ? "passed" : "failed"]++;
}
runTests(counts);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

function runTests(into: Counts): void {
  mkdirSync(join(ROOT, ".foreshock"), { recursive: true });
  rmSync(REPORT, { force: true });
  const good = run("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${REPORT}`,
  ]);
  const before = into.failed;
  try {
    const report = JSON.parse(readFileSync(REPORT, "utf8"));
    into.passed += report.numPassedTests;
    into.failed += report.numFailedTests;
    into.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  } catch (error) {
    console.error(`no test report: ${String(error)}`);
  }
  if (!good && into.failed === before) into.failed++;
}

function run(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, ...(python === undefined ? {} : { FORESHOCK_PYTHON: python }) };
  const done = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env,
  });
  return done.status === 0;
}
