import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";
import type { DoublingRow } from "./doubling-row.ts";
import { oddBodies } from "./odd-doors.ts";
import { bodiesOf, DOORS, SHAPES, type Shape } from "./shapes.ts";

export interface DoublingOptions {
  /** Names of shapes; all where left out. */
  readonly shapes: readonly string[] | undefined;
  /** Times the sizes that are usual. */
  readonly scale: number;
  readonly advanced?: (what: string) => void;
}

/** What costs less is mostly what any request costs, and the machine's noise. */
const CPU_MIN_MS = 40;
const READ_TIMES = 3;

const READS: readonly string[] = [
  "/summary",
  "/health",
  "/clusters",
  "/nodes",
  "/metrics",
  "/series?limit=1000",
  "/scores?level=node&from=now-24h&to=now&step=5m",
  "/scores?level=cluster&from=now-24h&to=now&step=5m",
  "/rankings?level=node&from=now-24h&to=now",
  "/rankings?level=cluster&from=now-24h&to=now",
  "/rankings?level=metric&from=now-24h&to=now",
  "/anomalies?from=now-30d&to=now&minScore=0&limit=1000",
  "/findings?from=now-30d&to=now",
];

/** Every door with the fold behind it, reads, a checkpoint and starts, at n, 2n and 4n. */
export async function doubling(options: DoublingOptions): Promise<DoublingRow[]> {
  const { shapes, scale, advanced } = options;
  const rows: DoublingRow[] = [];
  const isWanted = (name: string) => shapes === undefined || shapes.includes(name);
  const emptyMs = await emptyStart();
  for (const shape of SHAPES.filter(({ name }) => isWanted(name))) {
    const n = Math.round(scale * shape.first);
    const sizes = [
      await costsOf(shape, n, emptyMs),
      await costsOf(shape, 2 * n, emptyMs),
      await costsOf(shape, 4 * n, emptyMs),
    ] as const;
    for (const what of sizes[0].keys()) {
      const [one, two, four] = sizes.map((costs) => costs.get(what)!);
      rows.push({ shape: shape.name, what, n, cpuMs: [one!, two!, four!] });
    }
    advanced?.(shape.name);
  }
  if (isWanted("odd bodies")) for (const row of await oddBodies(scale)) rows.push(row);
  return rows.filter(({ cpuMs }) => cpuMs[2] >= CPU_MIN_MS);
}

async function emptyStart(): Promise<number> {
  const server = new LoadServer([]);
  try {
    await server.start();
    return (await server.settle()).cpuMs;
  } finally {
    await server.remove();
  }
}

async function costsOf(shape: Shape, n: number, emptyMs: number): Promise<Map<string, number>> {
  const settings = shape.withoutGrid === true ? {} : { stepMs: 60_000 };
  const tenants = [...Object.keys(DOORS).map(tenantOf), "warm"];
  const server = new LoadServer(tenants.map((tenant) => ({ tenant, limits: WIDE, ...settings })));
  const costs = new Map<string, number>();
  try {
    await server.start();
    await pushes(server, shape, n, costs);
    await reads(server, costs);
    const { cpuMs } = await server.figures();
    costs.set("checkpoint", (await server.checkpoint()).cpuMs - cpuMs);
    await pushOne(server);
    await server.kill();
    await server.start();
    costs.set("start after a kill", (await server.settle()).cpuMs - emptyMs);
    await server.stop();
    await server.start();
    costs.set("start after a stop", (await server.settle()).cpuMs - emptyMs);
    return costs;
  } finally {
    await server.remove();
  }
}

async function pushes(server: LoadServer, shape: Shape, n: number, costs: Map<string, number>) {
  const series = shape.series(n);
  const warmUp = shape.series(Math.min(n, 500));
  for (const door of Object.keys(DOORS)) {
    // The code is compiled before anything is measured.
    await post(server, "warm", door, warmUp);
    const { cpuMs } = await server.settle();
    await post(server, tenantOf(door), door, series);
    costs.set(`${door}, taken and folded`, (await server.settle()).cpuMs - cpuMs);
  }
}

function tenantOf(door: string): string {
  return door.toLowerCase().replace(" ", "-");
}

async function post(
  server: LoadServer,
  tenant: string,
  door: string,
  series: ReturnType<Shape["series"]>,
): Promise<void> {
  const client = new LoadClient(server.url, server.keys.get(tenant)!);
  for (const { path, type, bytes, encoding } of bodiesOf(door, series)) {
    await client.post(path, type, bytes, encoding);
  }
  client.end();
}

/** A start after it has something to fold. */
async function pushOne(server: LoadServer): Promise<void> {
  await post(server, "warm", "JSON", SHAPES[0]!.series(1));
}

async function reads(server: LoadServer, costs: Map<string, number>): Promise<void> {
  const client = new LoadClient(server.url, server.keys.get(tenantOf("JSON"))!);
  const warm = new LoadClient(server.url, server.keys.get("warm")!);
  for (const path of READS) {
    await warm.get(path);
    const { cpuMs } = await server.figures();
    for (let k = 0; k < READ_TIMES; k++) await client.get(path);
    costs.set(`GET ${path}`, ((await server.figures()).cpuMs - cpuMs) / READ_TIMES);
  }
  client.end();
  warm.end();
}
