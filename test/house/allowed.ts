import type { PackageTable } from "./packages.ts";
import type { Entries } from "./reach.ts";
import type { WorldTable } from "./world.ts";

/** Which packages the product imports where. Core and client import none. */
export const PACKAGES: PackageTable = {
  dashboard: {
    "@foreshock/client": { runs: [""] },
    "@tanstack/react-query": { runs: ["data/", "app.tsx"] },
    preact: { runs: ["main.tsx"] },
    react: { runs: [""] },
    uplot: { runs: ["chart/"] },
    wouter: { runs: ["state/"] },
  },
  server: {
    "@foreshock/core": { runs: [""] },
    "@foreshock/client": { runs: ["cli/"] },
    "@fastify/static": { runs: ["api/"] },
    "@fastify/swagger": { runs: ["api/"] },
    "@scalar/fastify-api-reference": { runs: ["api/"] },
    fastify: { runs: ["api/"], types: ["serve/"] },
    "fastify-type-provider-zod": { runs: ["api/"] },
    zod: { runs: ["api/", "wire/"] },
    pino: { runs: ["observe/"] },
    "prom-client": { runs: ["observe/"] },
    commander: { runs: ["cli/"] },
    picocolors: { runs: ["cli/"] },
    "string-width": { runs: ["cli/"] },
    luxon: { runs: ["files/time/"] },
    "node:crypto": {
      runs: [
        ...["api/docs-page.ts", "api/request-id.ts", "api/security-headers.ts"],
        ...["ingest/byte-table.ts", "host/host-desk.ts"],
        ...["partition/partition-of.ts", "tenant/api-key.ts"],
      ],
    },
    "node:events": { runs: ["cli/"] },
    "node:fs": {
      runs: [
        ...["api/", "cli/", "config/", "demo/", "serve/", "store/", "tenant/", "version.ts"],
        "watch/worker.ts",
        // A thread that asks for its own number.
        "watch/thread-priority.ts",
      ],
    },
    "node:fs/promises": { runs: ["store/disk-usage.ts"] },
    "node:http": { runs: ["api/connections/"] },
    "node:net": { runs: ["api/", "config/"] },
    "node:os": { runs: ["cli/", "config/", "demo/", "watch/thread-priority.ts"] },
    "node:path": {
      runs: ["api/", "cli/", "config/", "partition/", "serve/", "store/", "tenant/"],
    },
    "node:sqlite": {
      runs: ["store/sqlite/", "store/sealed/day-file.ts", "tenant/open-control.ts"],
      types: ["store/", "tenant/"],
    },
    "node:perf_hooks": { runs: ["observe/main-thread.ts"] },
    "node:stream": { runs: ["api/connections/", "files/"] },
    "node:timers/promises": {
      runs: ["cli/live/", "cli/serve/", "serve/start-server.ts"],
    },
    "node:util": { runs: ["api/", "store/"] },
    "node:worker_threads": {
      runs: [
        ...["decode/worker.ts", "decode/thread-decoders.ts"],
        ...["partition/worker.ts", "partition/thread-owner.ts", "partition/owner-link.ts"],
        ...["host/worker.ts", "host/thread-host.ts", "watch/worker.ts", "watch/watchdog.ts"],
        ...["cli/detect/worker.ts", "cli/detect/file-pool.ts", "cli/serve/end-process.ts"],
        ...["api/docs.ts", "api/docs-worker.ts"],
        ...["serve/fold-files.ts", "serve/fold-files-worker.ts"],
      ],
    },
    "node:zlib": { runs: ["api/", "cli/", "files/", "ingest/", "store/", "tenant/api-key.ts"] },
  },
};

/** Files that nobody imports, with who starts or finds them. The doors are in the package.json files. */
export const ENTRIES: Entries = {
  "bench/main.ts": "npm run bench",
  "bench/load/partitions.ts": "by hand: fills a data folder, and measures its start",
  "packages/client/tooling/generate.ts": "writes the client's types, by hand and in a test",
  "packages/dashboard/dev/shots.ts": "pictures of the pages, by hand",
  "packages/dashboard/src/main.tsx": "packages/dashboard/index.html",
  "packages/dashboard/vite.config.ts": "vite",
  "packages/server/src/api/docs-worker.ts": "docs.ts opens it by URL",
  "packages/server/src/cli/detect/worker.ts": "file-pool.ts opens it by URL",
  "packages/server/src/decode/worker.ts": "thread-decoders.ts opens it by URL",
  "packages/server/src/partition/worker.ts": "thread-owner.ts opens it by URL",
  "packages/server/src/host/worker.ts": "thread-host.ts opens it by URL",
  "packages/server/src/watch/worker.ts": "watchdog.ts opens it by URL",
  "packages/server/src/serve/fold-files-worker.ts": "fold-files.ts opens it by URL",
  "packages/server/src/main.ts": "npx foreshock",
  "packages/server/tooling/openapi.ts": "writes the OpenAPI file, by hand and in a test",
  "test/fuzz/main.ts": "npm run fuzz",
  "test/durability/writer.ts": "a process that the durability tests start and kill",
  "test/load/main.ts": "npm run load",
  "test/load/server-child.ts": "load-server.ts starts it as a process of its own",
  "test/load/idle-door.ts": "machine-share.ts starts it as a process of its own",
  "test/load/ingest/sender.ts": "ingest.ts starts it as a process of its own",
  "test/load/neighbours/noisy-neighbour.ts": "neighbours.ts starts it as a process of its own",
  "test/tooling/health-poller.ts": "poll-health.ts starts it as a process of its own",
  "test/tooling/planted-host.ts": "a thread that test/system/contained.test.ts starts",
  "test/tooling/planted-owner.ts": "a thread that test/system/contained.test.ts starts",
  "test/tooling/serve-dashboard.ts": "the pages over the real server, by hand",
  "test/tooling/before-build.mjs": "npm run build, in each package that is published",
  "test/tooling/install.mjs": "npm run verify, bench and demo, before anything is installed",
  "test/tooling/verify.ts": "npm run verify",
  "vitest.config.ts": "vitest",
};

const BROWSER_CLOCK = "what a page shows beside 'now'; the browser's clock is the only one";

/** Who may reach for the world without being handed it. The core may not at all. */
export const WORLD: WorldTable = {
  client: {
    clock: { "transport.ts": "a Retry-After that is a date" },
    dice: { "transport.ts": "jitter of pauses; the default of an option" },
    timer: { "retry.ts": "pauses between attempts" },
  },
  dashboard: {
    clock: {
      "chart/lanes.tsx": BROWSER_CLOCK,
      "data/asked.ts": BROWSER_CLOCK,
      "fleet/hover-card.tsx": BROWSER_CLOCK,
      "pages/metric-panel.tsx": BROWSER_CLOCK,
      "pages/node-table.tsx": BROWSER_CLOCK,
      "parts/range-menu.tsx": BROWSER_CLOCK,
      "parts/shortcuts.ts": BROWSER_CLOCK,
      "parts/use-now.ts": BROWSER_CLOCK,
    },
    timer: {
      "parts/use-now.ts": "tells a page that time has passed",
      "data/asked.ts": "asks again while a page is in sight",
    },
  },
  server: {
    clock: {
      "api/connections/http-front.ts": "how long clients have been silent",
      "cli/terminal/io.ts": "the process's own clock, handed to everything",
      "cli/serve/demo.ts": "how long the demo's history took, for the terminal",
      "observe/log.ts": "when a line was written",
      "host/worker.ts": "the monotonic clock of a host's thread",
      "watch/worker.ts": "how long a thread has stood still",
      "partition/worker.ts": "how long the disk has not answered",
      "partition/group-commit.ts": "how long a commit took, for metrics and the log",
      "serve/observe-platform.ts": "bytes on disk are counted at most once per interval",
      "serve/operator-events.ts": "how often the same event is logged",
      "serve/server-ground.ts": "the monotonic clock of the rate limits",
      "serve/start-server.ts": "how long a start and a stop took, for the log",
    },
    timer: {
      "api/connections/http-front.ts": "the pace of looks at connections, and the time of grace",
      "api/connections/start-wait.ts": "the pace of looks at a start that somebody waits for",
      "cli/serve/demo.ts": "the pace of the replay",
      "cli/serve/end-process.ts": "the end of a process that something keeps",
      "host/worker.ts": "waits and heartbeat of a host's thread",
      "watch/watchdog.ts": "the main thread's heartbeat",
      "watch/worker.ts": "the pace of looking at heartbeats",
      "serve/after.ts": "the pace of checkpoints and of new attempts",
      "serve/operator-events.ts": "the pace of summaries in the log",
      "serve/stop-deadline.ts": "the deadline of a stop",
      "serve/retention.ts": "the pace of dropping old days",
      "partition/worker.ts": "the pace of scrubbing, and the heartbeat",
    },
    process: {
      "config/memory-max.ts": "what the container allows",
      "serve/server-ground.ts": "what the process takes, handed to the memory keeper",
      "watch/worker.ts": "ends the process when the main thread is stuck",
      "watch/thread-priority.ts": "the number of the main thread",
      "main.ts": "the version of Node, before anything is loaded",
      "cli/main.ts": "arguments and the exit code",
      "cli/terminal/io.ts": "streams, environment and Ctrl-C, handed to every command",
      "cli/serve/end-process.ts": "ends the process, and hears what nobody caught",
      "cli/serve/demo-keys.ts": "single keys of the terminal, while the demo runs",
    },
  },
};
