import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { FROM_SOURCE } from "./tooling/from-source.ts";

const ROOT = resolve(import.meta.dirname, "..");

it.each([
  ["the OpenAPI file made from the routes as they are now", "packages/server/tooling/openapi.ts"],
  ["the client's types made from that OpenAPI file", "packages/client/tooling/generate.ts"],
])("has %s", (_, generator) => {
  const flags = [FROM_SOURCE, join(ROOT, generator), "--check"];
  const done = spawnSync(process.execPath, flags, { encoding: "utf8", cwd: ROOT });
  expect(`${done.stdout}${done.stderr}`).toBe("");
  expect(done.status).toBe(0);
});
