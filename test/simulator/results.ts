import type { LivePlatform } from "../../packages/server/src/serve/live-platform.ts";
import { RANGE, STEP_MS, type Tenant } from "./workload.ts";
import type { World } from "./world.ts";

const PAGE = { limit: 1000 };

/** Everything that a tenant can read about its points, as text by part: equal texts, equal results. */
export async function resultsOf(world: World, tenant: Tenant): Promise<Record<string, string>> {
  return world.finished(read(world.platform, tenant));
}

async function read(platform: LivePlatform, tenant: Tenant): Promise<Record<string, string>> {
  const view = platform.forTenant(tenant);
  const results: Record<string, string> = {};
  const { data: series } = await view.series({}, PAGE);
  for (const { id, cluster, node, metric } of series) {
    const reply = await view.points(id, RANGE, 20_000);
    const { at, value, score, alarmScore } = reply!.columns;
    results[`points of ${cluster}/${node}/${metric}`] = rows(at, [value, score, alarmScore]);
  }
  const some = { range: RANGE, minScore: 0.5 };
  results.anomalies = json((await view.anomalies({ ...some, sort: "time" }, PAGE)).data);
  results.alarms = json((await view.alarms(some, PAGE)).data);
  results.findings = json((await view.findings(RANGE, PAGE)).data);
  for (const level of ["node", "cluster", "tenant"] as const) {
    const query = { level, range: RANGE, stepMs: STEP_MS, filter: {} };
    results[`scores of ${level}s`] = json(await view.scores(query));
  }
  return results;
}

function rows(at: readonly number[], columns: readonly (readonly (number | null)[])[]): string {
  return at.map((atMs, i) => [atMs, ...columns.map((column) => column[i])].join(" ")).join("\n");
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 1);
}
