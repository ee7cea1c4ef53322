// The real partition owner in a thread, with mistakes planted before it: see plants.ts.
import { workerData } from "node:worker_threads";
import { Folding } from "../../packages/server/src/partition/folding.ts";
import type { OwnerThreadData } from "../../packages/server/src/partition/thread-owner.ts";
import { stumble } from "./plants.ts";

const { dataDir } = workerData as OwnerThreadData;

const { run, goOn } = Folding.prototype;
Folding.prototype.run = function planted(batch, index, series, most) {
  stumble(dataDir, "detect", series.key.tenantId);
  return run.call(this, batch, index, series, most);
};
Folding.prototype.goOn = function planted(again, sequence, most) {
  stumble(dataDir, "detect", again.series.key.tenantId);
  return goOn.call(this, again, sequence, most);
};

await import("../../packages/server/src/partition/worker.ts");
