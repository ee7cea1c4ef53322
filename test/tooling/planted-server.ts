import { threadHosts } from "../../packages/server/src/host/thread-host.ts";
import { hostOfTenant } from "../../packages/server/src/partition/clients.ts";
import { threadOwners } from "../../packages/server/src/partition/thread-owner.ts";
import type { SmallFleet } from "./small-fleet.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

/** A server whose threads do what is planted in its folder, and two tenants of one thread. */
export const STEP_MS = 300_000;
export const COUNT = 600;
export const START = Date.UTC(2026, 5, 7);
export const NOW = START + COUNT * STEP_MS;
export const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: ["a", "b", "c"],
  metrics: ["cpu_usage", "load1"],
  faults: [{ node: "b", from: 500, to: 540 }],
};
const CLIENTS = 3;
export const BAD = "acme";
/** Of the same host, and so of the same thread. */
export const GOOD = ["globex", "initech", "umbrella", "hooli"].find(
  (name) => hostOfTenant(name, CLIENTS) === hostOfTenant(BAD, CLIENTS),
)!;
/** Far shorter than in a server, so that a test need not wait for half a minute. */
const STALLS = { stillMs: 1500, stuckMs: 5000 };
/** Objects of a thread, in MiB; and of the process, with the test around it. */
const HEAP_MB_MAX = 96;
const MEMORY_MAX = 1536 * 2 ** 20;

export async function startPlantedServer(dataDir: string): Promise<TestServer> {
  const now = (): number => NOW;
  const entry = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);
  const common = { clientCount: CLIENTS, heapMbMax: HEAP_MB_MAX };
  const owners = { ...common, scrubEveryMs: 0 };
  const hosts = { ...common, partitionCount: 4, ownerCount: 2 };
  return startTestServer({
    ...{ tenants: [BAD, GOOD], dataDir, now, stallLimits: STALLS, memoryMax: MEMORY_MAX },
    link: (dir) => threadOwners({ dataDir: dir, ...owners }, entry("planted-owner")),
    linkHost: (dir) => threadHosts({ dataDir: dir, ...hosts }, now, entry("planted-host")),
  });
}
