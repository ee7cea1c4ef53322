import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { threadHosts } from "../../packages/server/src/host/thread-host.ts";
import { hostOfTenant } from "../../packages/server/src/partition/clients.ts";
import { threadOwners } from "../../packages/server/src/partition/thread-owner.ts";
import { type Plant, plant } from "../tooling/plants.ts";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const COUNT = 600;
const START = Date.UTC(2026, 5, 7);
const NOW = START + COUNT * STEP_MS;
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: ["a", "b", "c"],
  metrics: ["cpu_usage", "load1"],
  faults: [{ node: "b", from: 500, to: 540 }],
};
const CLIENTS = 3;
const BAD = "acme";
/** Of the same host, and so of the same thread. */
const GOOD = ["globex", "initech", "umbrella", "hooli"].find(
  (name) => hostOfTenant(name, CLIENTS) === hostOfTenant(BAD, CLIENTS),
)!;
/** Far shorter than in a server, so that the test need not wait for half a minute. */
const STALLS = { stillMs: 1500, stuckMs: 5000 };
/** Objects of a thread, in MiB; and of the process, with the test around it. */
const HEAP_MB_MAX = 96;
const MEMORY_MAX = 1536 * 2 ** 20;

const MISTAKES: readonly Omit<Plant, "tenantId">[] = [
  { where: "start", how: "loop" },
  { where: "start", how: "exit" },
  { where: "start", how: "objects" },
  { where: "start", how: "buffers" },
  { where: "detect", how: "loop" },
  { where: "detect", how: "exit" },
  { where: "detect", how: "objects" },
  { where: "detect", how: "throw" },
];

describe("a start with a mistake in one tenant's work", () => {
  let folder: string;
  let server: TestServer | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foreshock-start-"));
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(MISTAKES)(
    "($where, $how) comes to its end without that tenant's detection, and the other is as it was",
    async (mistake) => {
      const first = await started(join(folder, "first"));
      for (const tenant of [BAD, GOOD]) {
        const sent = await first.post(tenant, "/ingest", { series: seriesOf(FLEET, 0, COUNT) });
        expect(sent.status).toBe(200);
      }
      await first.running.platform.settled();
      const before = await resultsOf(first, GOOD);
      // What a kill leaves: nothing is saved, everything has to be scored again.
      const killed = join(folder, "killed");
      cpSync(join(folder, "first"), killed, { recursive: true });
      await first.close();

      plant(killed, { ...mistake, tenantId: BAD });
      server = await started(killed);
      // Both owners may be in that tenant's work, and end once more before they are told.
      expect(server.running.control.quarantine.of(BAD)!.strikes).toBeGreaterThanOrEqual(2);
      expect((await server.get(BAD, "/summary")).quarantine).toMatch(/./);
      // It is served as soon as it is known; its last steps are folded right after that.
      await expect
        .poll(() => resultsOf(server!, GOOD), { timeout: 30_000, interval: 500 })
        .toEqual(before);
      // This process may be larger than a server that has so much to take in.
      expect(await (await fetch(`${server.url}/readyz`)).text()).toMatch(/^ready\n/);
    },
  );
});

async function started(dataDir: string): Promise<TestServer> {
  const now = (): number => NOW;
  const entry = (name: string): URL => new URL(`../tooling/${name}.ts`, import.meta.url);
  const common = { clientCount: CLIENTS, heapMbMax: HEAP_MB_MAX };
  const owners = { ...common, scrubEveryMs: 0 };
  const hosts = { ...common, partitionCount: 4, ownerCount: 2 };
  return startTestServer({
    ...{ tenants: [BAD, GOOD], dataDir, now, stallLimits: STALLS, memoryMax: MEMORY_MAX },
    link: (dir) => threadOwners({ dataDir: dir, ...owners }, entry("planted-owner")),
    linkHost: (dir) => threadHosts({ dataDir: dir, ...hosts }, now, entry("planted-host")),
  });
}

async function resultsOf(server: TestServer, tenant: string): Promise<unknown> {
  const range = `from=${START}&to=${NOW}`;
  return Promise.all(
    ["/nodes", `/scores?${range}`, `/findings?${range}`, `/anomalies?${range}`].map((path) =>
      server.get(tenant, path),
    ),
  );
}
