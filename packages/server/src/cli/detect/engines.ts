import {
  type AbsenceEngine,
  builtInEngines,
  type EngineRegistry,
  type PeerEngine,
  type PointEngine,
  Refusal,
} from "@foreshock/core/fold";

/** The engines the command line knows by name. */
export function engines(): EngineRegistry {
  return builtInEngines();
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
