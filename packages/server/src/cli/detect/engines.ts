import { createStreamEngine, EngineRegistry, Refusal, type StreamingEngine } from "@foreshock/core";

/** The engines the command line knows by name. */
export function engines(): EngineRegistry {
  const registry = new EngineRegistry();
  registry.register({
    name: "stream",
    summary: "point by point, causal, seasonal without configuration (default)",
    make: createStreamEngine,
  });
  return registry;
}

/** An engine that scores every point. @throws Refusal "engine/unknown" | "engine/unavailable". */
export function engineByName(name: string): StreamingEngine {
  const engine = engines().get(name);
  if ("score" in engine) return engine as StreamingEngine;
  throw new Refusal(
    "engine/unavailable",
    `engine "${name}" gives results by window, not by point`,
    {
      engine: name,
    },
  );
}
