// The real host in a thread, with mistakes planted before it: see plants.ts.
import { workerData } from "node:worker_threads";
import { FleetHost } from "../../packages/server/src/fleet/fleet-host.ts";
import type { HostThreadData } from "../../packages/server/src/host/thread-host.ts";
import { LiveTenantView } from "../../packages/server/src/query/tenant-view.ts";
import { type Plant, stumble } from "./plants.ts";

const { dataDir } = workerData as HostThreadData;
const trip = (where: Plant["where"], tenantId: string): void => stumble(dataDir, where, tenantId);

const { runner, opening } = FleetHost.prototype;
FleetHost.prototype.runner = function planted(tenantId) {
  const found = runner.call(this, tenantId);
  if (Object.hasOwn(found, "work")) return found;
  const work = found.work.bind(found);
  found.work = function* withMistake(...given) {
    trip("fold", tenantId);
    yield* work(...given);
  };
  return found;
};
FleetHost.prototype.opening = function* planted(tenantId) {
  if (this.options.isOff?.(tenantId) !== true) trip("start", tenantId);
  yield* opening.call(this, tenantId);
};
const { paced } = LiveTenantView.prototype;
LiveTenantView.prototype.paced = function planted(...given) {
  const reads = paced.apply(this, given);
  const metrics = reads.metrics.bind(reads);
  reads.metrics = (filter) => {
    trip("read", filter.clusterId ?? "");
    return metrics(filter);
  };
  return reads;
};

await import("../../packages/server/src/host/worker.ts");
