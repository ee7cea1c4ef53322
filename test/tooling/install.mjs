// Installs the workspace when it is missing or older than its lock file, so that `npm run demo` and
// `npm run verify` are the first command on a fresh clone. Plain JavaScript: it runs on whatever
// Node the machine has, before the pinned one is there.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const MARK = "node_modules/.package-lock.json";
const current = existsSync(MARK) && statSync(MARK).mtimeMs >= statSync("package-lock.json").mtimeMs;

if (!current) {
  process.stderr.write("installing the pinned packages ...\n");
  // `npm ci` refuses a lock file that was made against a registry without the binaries of other
  // platforms; `npm install --no-save` takes the same pinned versions and leaves those out.
  const installed = npm("ci", "ignore") || npm("install", 2);
  if (!installed) {
    process.stderr.write(
      "npm could not install: check the network or npm's proxy settings, then try again\n",
    );
    process.exit(1);
  }
}

function npm(command, output) {
  const flags = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const stdio = ["ignore", output, output];
  return (
    spawnSync("npm", [command, ...flags], { stdio, shell: process.platform === "win32" }).status ===
    0
  );
}
