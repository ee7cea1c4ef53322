#!/usr/bin/env node
import { NODE_MIN, VERSION } from "./version.ts";

// An older Node fails while it links the imports of the program, with a stack trace. So this file
// and what it imports must run on any Node, and the program is loaded after the check.
if (Number.parseInt(process.versions.node, 10) < NODE_MIN) {
  process.stderr.write(
    `error: foreshock ${VERSION} needs Node.js ${NODE_MIN} or newer, this is ${process.version}\n`,
  );
  process.exitCode = 1;
} else if (process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2] ?? "")) {
  // Asked by scripts and package managers, often; the program need not be loaded for it.
  process.stdout.write(`${VERSION}\n`);
} else {
  if (process.argv[2] === "serve") {
    const { replaceForMemory } = await import("./serve/process-memory.ts");
    replaceForMemory(process);
  }
  const { main } = await import("./cli/main.ts");
  await main(VERSION);
}
