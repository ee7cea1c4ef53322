import { EngineRegistry } from "../engine/registry.ts";
import { createAbsenceEngine } from "./absence-engine.ts";
import { createBatchEngine } from "./batch-engine.ts";
import { createPeerEngine } from "./peer-engine.ts";
import { createStreamEngine } from "./stream-engine.ts";

/** The engine where none is named, and the one that the server runs. */
export const DEFAULT_ENGINE_NAME = "stream";

/** A registry of the engines that need nothing from outside; guests may be registered beside them. */
export function builtInEngines(): EngineRegistry {
  const registry = new EngineRegistry();
  registry.register({
    name: DEFAULT_ENGINE_NAME,
    summary: "point by point, causal, seasonal without configuration (default)",
    make: createStreamEngine,
  });
  registry.register({
    name: "batch",
    summary: "forward and backward over a whole series; looks ahead: for backfill and history",
    make: createBatchEngine,
  });
  registry.register({
    name: "peer",
    summary: "each node against the median of the others of its cluster; five nodes or more",
    make: createPeerEngine,
  });
  registry.register({
    name: "absence",
    summary: "missing, late, stuck and vanished series; quiet on habitual gaps",
    make: createAbsenceEngine,
  });
  return registry;
}
