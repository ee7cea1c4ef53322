/** What a room may import besides itself. `core/stats` is the room of another package. */
export type RoomTable = Readonly<Record<string, readonly string[]>>;

/**
 * Every package with its rooms, in the order of the building: a room may import only what stands
 * before it. A file at the root of `src` is a room of its own. ARCHITECTURE.md draws this table.
 */
export const ROOMS: Readonly<Record<string, RoomTable>> = {
  core: {
    model: [],
    stats: ["model"],
    window: ["model", "stats"],
    store: ["model", "stats", "window"],
    engine: ["model", "stats", "window"],
    score: ["model", "stats", "engine"],
    explain: ["model", "stats", "window", "score"],
    aggregate: ["model", "stats"],
    alarm: ["model", "stats"],
    generator: ["model"],
    detect: ["model", "stats", "window", "engine", "score", "explain", "alarm"],
    pipeline: [
      ...["model", "stats", "store", "window", "engine", "score", "explain", "aggregate"],
      ...["alarm", "detect"],
    ],
    calibration: [
      ...["model", "stats", "engine", "aggregate", "alarm", "detect", "pipeline", "generator"],
    ],
    "testing.ts": ["engine", "store"],
    "index.ts": [
      ...["model", "stats", "window", "store", "engine", "score", "explain", "aggregate", "alarm"],
      ...["detect", "pipeline", "calibration"],
    ],
    "fold.ts": [
      ...["model", "stats", "window", "store", "engine", "score", "explain", "aggregate", "alarm"],
      ...["detect", "pipeline", "calibration"],
    ],
  },
  client: {
    "api.gen.ts": [],
    "errors.ts": ["api.gen.ts"],
    "query.ts": [],
    "pages.ts": [],
    "retry.ts": [],
    "retry.test.ts": ["retry.ts"],
    "kept-replies.ts": [],
    "kept-replies.test.ts": ["kept-replies.ts"],
    "ingest.ts": ["api.gen.ts"],
    "ingest.test.ts": ["ingest.ts"],
    "transport.ts": ["api.gen.ts", "errors.ts", "query.ts", "retry.ts", "kept-replies.ts"],
    "foreshock.ts": ["api.gen.ts", "ingest.ts", "pages.ts", "query.ts", "transport.ts"],
    "foreshock.test.ts": ["foreshock.ts"],
    "failures.test.ts": ["foreshock.ts", "errors.ts"],
    "index.ts": [
      ...["api.gen.ts", "errors.ts", "foreshock.ts", "ingest.ts", "pages.ts", "query.ts"],
      "transport.ts",
    ],
    testing: [],
    tooling: [],
  },
  dashboard: {
    theme: [],
    format: [],
    state: ["format"],
    severity: ["format", "state"],
    session: ["theme"],
    data: ["session", "state", "severity"],
    chart: ["theme", "format", "state", "severity"],
    fleet: ["theme", "format", "state", "severity", "chart"],
    parts: ["theme", "format", "state", "session", "data"],
    pages: ["format", "state", "severity", "session", "data", "chart", "fleet", "parts"],
    "app.tsx": ["state", "session", "data", "parts", "pages"],
    "main.tsx": ["theme", "app.tsx"],
    "vite.config.ts": [],
    dev: ["severity"],
  },
  server: {
    "version.ts": [],
    platform: [],
    memory: [],
    watch: [],
    config: [],
    observe: [],
    tenant: ["config", "platform"],
    store: ["config", "observe", "platform"],
    files: ["platform"],
    ingest: ["platform", "files"],
    decode: ["platform", "files", "ingest", "memory", "watch"],
    partition: ["platform", "store", "watch", "memory"],
    wire: ["platform"],
    api: ["platform", "files", "ingest", "decode", "wire", "tenant", "observe", "config"],
    dispatch: ["platform", "partition", "tenant", "memory"],
    fleet: ["platform", "store", "dispatch", "partition"],
    query: ["platform", "store", "tenant", "partition", "dispatch", "fleet"],
    host: [
      ...["platform", "store", "ingest", "tenant", "watch", "partition", "wire", "dispatch"],
      ...["fleet", "query", "memory"],
    ],
    serve: [
      ...["version.ts", "platform", "config", "observe", "tenant", "store", "ingest", "decode"],
      ...["partition", "watch", "api", "dispatch", "fleet", "query", "host", "memory"],
    ],
    demo: ["platform", "api", "ingest", "tenant", "config"],
    cli: [
      ...["platform", "config", "observe", "tenant", "store", "files", "ingest", "memory", "watch"],
      ...["api", "serve", "demo"],
    ],
    "main.ts": ["serve", "version.ts", "cli"],
    testing: [
      ...[
        "platform",
        "files",
        "ingest",
        "decode",
        "observe",
        "tenant",
        "store",
        "partition",
        "dispatch",
        "fleet",
        "query",
        "host",
        "api",
      ],
      ...["serve", "demo", "cli", "watch"],
    ],
    tooling: ["version.ts", "platform", "decode", "observe", "tenant", "api"],
  },
  bench: {
    "page-table.ts": [],
    goals: ["page-table.ts"],
    "page.ts": ["page-table.ts", "goals"],
    accuracy: [
      ...["page-table.ts", "goals", "page.ts", "core/aggregate", "server/files", "server/cli"],
    ],
    calibration: ["page-table.ts", "page.ts", "accuracy"],
    speed: [],
    load: [
      ...["server/platform", "server/config", "server/tenant", "server/store", "server/partition"],
      "server/serve",
    ],
    truth: ["page-table.ts", "goals", "page.ts", "server/testing"],
    "main.ts": ["page.ts", "accuracy", "calibration", "speed", "load", "truth"],
  },
  test: {
    tooling: [
      ...["server/platform", "server/config", "server/tenant", "server/watch", "server/partition"],
      ...["server/fleet", "server/query", "server/host", "server/serve", "server/demo"],
      "server/testing",
    ],
    house: [],
    guest: [],
    "isolation-plans.ts": [],
    "isolation-suite.ts": ["isolation-plans.ts"],
    durability: ["tooling", "server/store"],
    e2e: ["tooling", "dashboard/dev", "server/platform", "server/demo"],
    reference: [
      ...["bench/accuracy", "bench/goals"],
      ...["core/alarm", "core/aggregate", "core/engine", "core/explain", "core/stats"],
    ],
    simulator: [
      ...["server/platform", "server/tenant", "server/store", "server/dispatch", "server/fleet"],
      ...["server/serve", "server/testing"],
    ],
    load: [
      ...["tooling", "simulator", "server/config", "server/tenant", "server/serve"],
      ...["server/watch", "server/testing", "core/detect", "core/model", "core/pipeline"],
    ],
    system: [
      ...["tooling", "load", "guest", "isolation-suite.ts"],
      ...["server/platform", "server/tenant", "server/partition", "server/host"],
      ...["server/store", "server/query", "server/serve", "server/testing", "server/demo"],
      "bench/truth",
    ],
    fuzz: ["tooling", "simulator", "server/tenant"],
    "isolation.test.ts": ["isolation-suite.ts", "server/tenant", "server/testing"],
    "house.test.ts": ["house"],
    "api-types.test.ts": ["tooling"],
    "document-checks.ts": [],
    "dependencies.test.ts": [],
    "documents.test.ts": ["document-checks.ts"],
    "eval.test.ts": [],
    "no-spread.test.ts": ["tooling"],
    "one-home.test.ts": ["tooling"],
    "one-magnitude.test.ts": ["server/cli", "server/partition", "server/testing"],
    "public-door.test.ts": [],
  },
  root: { "vitest.config.ts": [] },
};

/**
 * What the tests of a room may import beyond the room's own table and `testing`. Mostly generated
 * data, and parts that stand above and are used as they are instead of a fake.
 */
export const TESTS_MAY_ALSO: Readonly<Record<string, RoomTable>> = {
  core: {
    engine: ["generator", "score", "detect"],
    score: ["generator"],
    alarm: ["engine"],
    detect: ["generator", "calibration"],
    pipeline: ["generator"],
  },
  server: {
    observe: ["tenant"],
    cli: ["host"],
    store: ["core/store"],
  },
};
