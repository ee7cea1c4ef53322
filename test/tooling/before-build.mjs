// Runs in a package's folder before its build. Empties dist/, so that what was renamed or deleted in
// src/ does not ship, and puts the licence beside the manifest, where npm takes it along.
import { copyFileSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
copyFileSync("../../LICENSE", "LICENSE");
