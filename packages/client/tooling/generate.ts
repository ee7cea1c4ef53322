// Writes src/api.gen.ts from the server's own OpenAPI file. `--check` only says whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildApp } from "../../server/src/api/app.ts";
import { createLog } from "../../server/src/observe/log.ts";
import { Metrics } from "../../server/src/observe/metrics.ts";
import type { Platform } from "../../server/src/platform/platform.ts";
import { Keyring, MemoryKeys } from "../../server/src/tenant/keyring.ts";
import { Limits } from "../../server/src/tenant/limits.ts";
import { DEFAULT_LIMITS } from "../../server/src/tenant/tenant-settings.ts";
import { printTypes, type Schema } from "./print-types.ts";

const TARGET = join(import.meta.dirname, "../src/api.gen.ts");
const HEAD = `// Made by packages/client/tooling/generate.ts from the server's
// OpenAPI file. Do not edit: change packages/server/src/api/schema and run it again.
// Instants are RFC 3339 text in UTC; in columns they are epoch milliseconds. null = not known.

`;

const made = HEAD + printTypes(await componentsOfServer());
if (process.argv.includes("--check")) {
  if (readFileSync(TARGET, "utf8") !== made) {
    console.error(
      "packages/client/src/api.gen.ts is stale: run packages/client/tooling/generate.ts",
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(TARGET, made);
  console.error(`wrote ${TARGET}`);
}

/** The records of /openapi.json. Only the description is asked for, so no platform stands behind it. */
async function componentsOfServer(): Promise<Record<string, Schema>> {
  const platform: Platform = {
    forTenant: () => {
      throw new Error("there is no data here");
    },
    tenantIds: () => [],
    ready: () => true,
  };
  const app = await buildApp({
    platform,
    keyring: new Keyring(new MemoryKeys(), () => 0),
    limits: new Limits({ limitsOf: () => DEFAULT_LIMITS, monotonicMs: () => 0 }),
    log: createLog("silent"),
    metrics: new Metrics("0", false),
    now: () => 0,
    version: "0",
    demoTruth: () => [],
  });
  const reply = await app.inject({ method: "GET", url: "/openapi.json" });
  await app.close();
  return reply.json().components.schemas;
}
