// Installs the workspace when it is missing or older than its lock file, so that `npm run demo` and
// `npm run verify` are the first command on a fresh clone. Plain JavaScript: it runs on whatever
// Node the machine has, before the pinned one is there.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const MARK = "node_modules/.package-lock.json";
const current = existsSync(MARK) && statSync(MARK).mtimeMs >= statSync("package-lock.json").mtimeMs;

if (!current) {
  process.stderr.write("installing the pinned packages ...\n");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const stdio = ["ignore", 2, 2];
  const shell = process.platform === "win32";
  if (spawnSync("npm", ["ci", ...flags], { stdio, shell }).status !== 0) {
    process.stderr.write(
      "npm could not install: check the network or npm's proxy settings, then try again\n",
    );
    process.exit(1);
  }
}
