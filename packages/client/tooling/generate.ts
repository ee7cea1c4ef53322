// Writes src/api.gen.ts from openapi.gen.json, which packages/server/tooling/openapi.ts makes.
// `--check` only reports whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printTypes, type Schema } from "./print-types.ts";

const SOURCE = join(import.meta.dirname, "../openapi.gen.json");
const TARGET = join(import.meta.dirname, "../src/api.gen.ts");
const HEAD = `// Made by packages/client/tooling/generate.ts from openapi.gen.json. Do not edit: change
// packages/server/src/api/schema, then run packages/server/tooling/openapi.ts and the generator.
// Instants are RFC 3339 text in UTC; in columns they are epoch milliseconds. null = not known.

`;

const made = HEAD + printTypes(components());
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

/** The records that the API exchanges, by name. */
function components(): Record<string, Schema> {
  return JSON.parse(readFileSync(SOURCE, "utf8")).components.schemas;
}
