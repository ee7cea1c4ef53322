import { checkSurfaces } from "./judge-surfaces.ts";
import { judgeTold } from "./judge-told.ts";
import { playFleet } from "./play-fleet.ts";
import { truthFleet } from "./truth-fleet.ts";
import type { PlannedFleet } from "./truth-plan.ts";
import type { TruthRun } from "./truth-shares.ts";

/** Plays the fleets one after another, each on a server of its own. Cost: some 20 us of CPU per point. */
export async function runTruth(
  fleets: readonly PlannedFleet[],
  onPlayed: (name: string) => void = () => {},
): Promise<TruthRun> {
  const judged: TruthRun["judged"][number][] = [];
  const checks: TruthRun["checks"][number][] = [];
  for (const plan of fleets) {
    const fleet = truthFleet(plan);
    for (const reading of await playFleet(fleet)) {
      for (const one of judgeTold(fleet, reading)) judged.push(one);
      checks.push(checkSurfaces(reading));
    }
    onPlayed(plan.name);
  }
  return { judged, checks };
}
