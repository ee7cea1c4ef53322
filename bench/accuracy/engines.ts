import { type PointEngine, Refusal } from "@foreshock/core/fold";
import {
  engineByName,
  engines,
  watchesSteps,
} from "../../packages/server/src/cli/detect/engines.ts";

export type EngineKind = "engine" | "absence";

/** An engine that can be measured here. */
export interface MeasuredEngine {
  readonly name: string;
  /** An engine for silences and stuck values says nothing about values: no floor is asked of it. */
  readonly kind: EngineKind;
  readonly engine: PointEngine;
}

export interface EngineChoice {
  readonly measured: readonly MeasuredEngine[];
  /** Engines of the registry that cannot be measured here, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The engines of the command line by name; all of them where none is named. One that cannot run here
 * or gives no score a point is told, never replaced.
 *
 * @throws Refusal "engine/unknown" for a name that is not registered
 */
export function chosenEngines(names: readonly string[] | undefined): EngineChoice {
  const registry = engines();
  const measured: MeasuredEngine[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  for (const name of names ?? registry.list().map((entry) => entry.name)) {
    try {
      const engine = engineByName(name);
      measured.push({ name, kind: watchesSteps(engine) ? "absence" : "engine", engine });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === "engine/unknown") throw error;
      leftOut.push({ name, reason: error.message });
    }
  }
  return { measured, leftOut };
}
