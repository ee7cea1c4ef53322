// Writes the OpenAPI file of the API as it is now, for whoever makes a client from it.
// `--check` only reports whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildApp } from "../src/api/app.ts";
import type { Decoder } from "../src/decode/decoder.ts";
import { createLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import type { Platform } from "../src/platform/platform.ts";
import { Keyring, MemoryKeys } from "../src/tenant/keyring.ts";
import { Limits } from "../src/tenant/limits.ts";
import { DEFAULT_LIMITS } from "../src/tenant/tenant-settings.ts";
import { VERSION } from "../src/version.ts";

const TARGET = join(import.meta.dirname, "../../client/openapi.gen.json");

const EMPTY: Platform = {
  forTenant: () => {
    throw new Error("there is no data here");
  },
  tenantIds: () => [],
  ready: () => true,
  isServed: () => true,
  readiness: () => ({ ready: true, reasons: [] }),
};

const NO_DECODER: Decoder = {
  decode: () => {
    throw new Error("nothing is decoded here");
  },
};

const made = `${JSON.stringify(await openApi(), null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(TARGET, "utf8") !== made) {
    console.error(
      "packages/client/openapi.gen.json is stale: run packages/server/tooling/openapi.ts",
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(TARGET, made);
  console.error(`wrote ${TARGET}`);
}

/** What `/openapi.json` answers. Only the description is read, so the platform behind it is empty. */
async function openApi(): Promise<unknown> {
  const app = await buildApp({
    platform: EMPTY,
    keyring: new Keyring(new MemoryKeys(), () => 0),
    limits: new Limits({ limitsOf: () => DEFAULT_LIMITS, monotonicMs: () => 0 }),
    log: createLog("silent"),
    metrics: new Metrics(VERSION, false),
    decoder: NO_DECODER,
    now: () => 0,
    version: VERSION,
    demoTruth: () => [],
  });
  const reply = await app.inject({ method: "GET", url: "/openapi.json" });
  await app.close();
  return reply.json();
}
