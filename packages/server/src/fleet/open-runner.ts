import { type DurationMs, Refusal } from "@foreshock/core/fold";
import type { SeriesInfo, TenantDirectory } from "../dispatch/directory.ts";
import type { Positions } from "../partition/protocol.ts";
import type { FoldSave } from "../store/fleet/fleet-pieces.ts";
import type { TenantFleetStore } from "../store/fleet/fleet-store.ts";
import { upgradeFindings } from "./finding-record.ts";
import type { FleetHostOptions } from "./fleet-options.ts";
import { readPositions } from "./fold-positions.ts";
import { type RunnerOptions, SLOTS, type Slot } from "./runner-options.ts";
import { TenantRunner } from "./tenant-runner.ts";

const STEP_SETTING = "step_ms";

interface OpenRunner {
  readonly runner: TenantRunner;
  readonly saved: { readonly slot: Slot; readonly positions: Positions } | undefined;
}

/** Reads a tenant's fold as it was saved, or begins a new one. Yields bytes that were read. */
export function* openRunner(
  tenantId: string,
  options: FleetHostOptions,
): Generator<number, OpenRunner> {
  const store = options.store.forTenant(tenantId);
  for (const rows of store.pieces.cleanLeftovers()) yield rows;
  const save = store.pieces.saved();
  const old = store.oldStates.fold();
  const made = runnerOptions(tenantId, store, options, save?.slot === "fold" || old !== undefined);
  forgetUnsaved(store, save, old);
  const restored = yield* restoredRunner(made, store, save, (error) =>
    options.stateLost?.(tenantId, error),
  );
  const runner = restored?.runner ?? new TenantRunner(made);
  upgradeFindings(store.findings, () => seriesOfOldNumbers(store, made.directory));
  return { runner, saved: restored?.saved };
}

/** Another grid for a tenant: the next that opens its fold begins a new one on it. */
export function chooseGridAgain(store: TenantFleetStore, gridMs: DurationMs): void {
  store.foldAnew(STEP_SETTING, String(gridMs));
}

/** A fold that is never fed: nothing of what was saved is looked at. */
export function idleRunner(tenantId: string, options: FleetHostOptions): TenantRunner {
  const store = options.store.forTenant(tenantId);
  const made = runnerOptions(tenantId, store, options, false);
  return new TenantRunner({ ...made, stepMs: undefined });
}

function* restoredRunner(
  options: RunnerOptions,
  store: TenantFleetStore,
  save: FoldSave | undefined,
  lost: (error: unknown) => void,
): Generator<number, OpenRunner | undefined> {
  const slot = SLOTS.find((one) => one === save?.slot);
  if (save === undefined || slot === undefined) return undefined;
  try {
    const saved = { slot, pieces: store.pieces.read() };
    const runner = yield* TenantRunner.restored(options, saved);
    return { runner, saved: { slot, positions: readPositions(save.position) } };
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "state/unreadable")) throw error;
    if (!store.pieces.isDamaged) lost(error);
    return undefined;
  }
}

function runnerOptions(
  tenantId: string,
  store: TenantFleetStore,
  {
    directory,
    settingsOf,
    gridFixed,
    follower: followerOf,
    stepFolded = () => {},
  }: FleetHostOptions,
  hadFold: boolean,
): RunnerOptions {
  const settings = () => settingsOf(tenantId);
  const chosen = Number(store.setting(STEP_SETTING) ?? 0);
  const stepChosen = (stepMs: DurationMs): void => {
    if (stepMs !== chosen) store.putSetting(STEP_SETTING, String(stepMs));
    gridFixed(tenantId, stepMs);
  };
  // Grids that settings gave were not recorded by earlier versions.
  const stepMs = chosen > 0 || !hadFold ? chosen : settings().stepMs;
  if (stepMs > 0) stepChosen(stepMs);
  const follower = followerOf(tenantId);
  return {
    directory: directory.tenant(tenantId),
    settings,
    stepMs: stepMs > 0 ? stepMs : undefined,
    shelf: () => store.scores,
    savedPieces: { read: (name) => store.pieces.bytesOf(name) },
    events: {
      stepFolded,
      stepChosen,
      findingChanged: (finding) => follower.findingChanged(finding),
      findingRetracted: (id) => follower.findingRetracted(id),
    },
  };
}

/**
 * Findings are written as they open, the fold only with a checkpoint: back to what they were then.
 * Versions before 0.2 kept no past of findings; theirs go by the time at which they opened.
 */
function forgetUnsaved(
  store: TenantFleetStore,
  save: FoldSave | undefined,
  old: { readonly uptoMs: number; readonly position: string } | undefined,
): void {
  store.findings.rollBack();
  if (old?.position === "") store.findings.deleteOpenedAfter(old.uptoMs);
  else if (old === undefined && save?.slot !== "fold") {
    store.findings.deleteOpenedAfter(Number.NEGATIVE_INFINITY);
  }
}

/** Series by the numbers of a fold of an earlier format; of others nothing is known. */
function seriesOfOldNumbers(
  store: TenantFleetStore,
  directory: TenantDirectory,
): (number: number) => SeriesInfo | undefined {
  const names = store.oldStates.names();
  return (number) => {
    const node = names?.seriesNode?.[number];
    const metricName = names?.metricNames?.[number];
    if (names === undefined || node === undefined || metricName === undefined) return undefined;
    const nodeId = names.nodeIds?.[node];
    const clusterId = names.clusterIds?.[names.nodeCluster?.[node] ?? -1];
    if (nodeId === undefined || clusterId === undefined) return undefined;
    return directory.find({ clusterId, nodeId, metricName, metadata: {} });
  };
}
