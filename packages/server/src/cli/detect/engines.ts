import {
  type AbsenceEngine,
  createAbsenceEngine,
  createBatchEngine,
  createPeerEngine,
  createStreamEngine,
  EngineRegistry,
  type PeerEngine,
  type PointEngine,
  Refusal,
} from "@foreshock/core";

/** The engines the command line knows by name. */
export function engines(): EngineRegistry {
  const registry = new EngineRegistry();
  registry.register({
    name: "stream",
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

/** An engine that scores every point. @throws Refusal "engine/unknown" | "engine/unavailable". */
export function engineByName(name: string): PointEngine {
  const engine = engines().get(name);
  if ("score" in engine) return engine as PointEngine;
  throw new Refusal(
    "engine/unavailable",
    `engine "${name}" gives results by window, not by point`,
    {
      engine: name,
    },
  );
}

/** Whether an engine judges a series against the same metric of other nodes. */
export function comparesPeers(engine: PointEngine): engine is PeerEngine {
  return "among" in engine;
}

/** Whether an engine judges steps without a point too. */
export function watchesSteps(engine: PointEngine): engine is AbsenceEngine {
  return "steps" in engine;
}
