#!/usr/bin/env node
import { runCli } from "./cli/run-cli.ts";
import { demo } from "./cli/serve/demo.ts";
import { serve } from "./cli/serve/serve.ts";
import { processIo } from "./cli/terminal/io.ts";
import { VERSION } from "./version.ts";

const { io, stop } = processIo();
process.exitCode = await runCli(process.argv.slice(2), io, { serve, demo }, VERSION);
stop();
