import { describe, expect, it } from "vitest";
import { Refusal } from "../model/refusal.ts";
import type { AnomalyDetectionEngine } from "./engine.ts";
import { EngineRegistry } from "./registry.ts";

function engine(name: string): AnomalyDetectionEngine {
  return {
    name,
    version: 1,
    detect: async () => [],
    explain: async () => {
      throw new Error("has no results to explain");
    },
  };
}

function registry(): EngineRegistry {
  const made = new EngineRegistry();
  made.register({ name: "stream", summary: "the default", make: () => engine("stream") });
  made.register({
    name: "prophet",
    summary: "through the Python bridge",
    make: () => engine("prophet"),
    unavailable: () => ({ reason: "no Python bridge", install: "pip install prophet" }),
  });
  return made;
}

function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("EngineRegistry", () => {
  it("lists every engine by name, also those that cannot run here, with reason and remedy", () => {
    expect(registry().list()).toEqual([
      {
        name: "prophet",
        summary: "through the Python bridge",
        available: false,
        unavailability: { reason: "no Python bridge", install: "pip install prophet" },
      },
      { name: "stream", summary: "the default", available: true, unavailability: undefined },
    ]);
  });

  it("gives the same engine every time", () => {
    const engines = registry();
    expect(engines.get("stream").name).toBe("stream");
    expect(engines.get("stream")).toBe(engines.get("stream"));
  });

  it("refuses an unknown name and says which one was meant, perhaps", () => {
    const refusal = refusalOf(() => registry().get("steam"));
    expect(refusal.code).toBe("engine/unknown");
    expect(refusal.facts.didYouMean).toEqual(["stream"]);
    expect(refusal.message).toContain("did you mean stream?");
    expect(refusalOf(() => registry().get("zzz")).message).toContain("known: prophet, stream");
    expect(refusalOf(() => registry().get("x".repeat(100_000))).code).toBe("engine/unknown");
  });

  it("refuses an engine that cannot run here, with the command that installs it", () => {
    const refusal = refusalOf(() => registry().get("prophet"));
    expect(refusal.code).toBe("engine/unavailable");
    expect(refusal.message).toContain("pip install prophet");
  });

  it("refuses a second engine of the same name, and one without a name", () => {
    const entry = { name: "stream", summary: "", make: () => engine("stream") };
    expect(refusalOf(() => registry().register(entry)).code).toBe("engine/duplicate");
    expect(refusalOf(() => registry().register({ ...entry, name: " " })).code).toBe("id/empty");
  });
});
