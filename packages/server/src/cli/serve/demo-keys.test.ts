import { describe, expect, it } from "vitest";
import { SimulatedFleet } from "../../demo/fleet.ts";
import { DemoKeys } from "./demo-keys.ts";

const OPTIONS = { seed: 1, nodes: 60, days: 14, endMs: Date.parse("2026-03-11T14:20:00Z") };

function keysOf() {
  const fleet = new SimulatedFleet({ ...OPTIONS, faults: true });
  let text = "";
  let quits = 0;
  const out = (more: string): void => {
    text += more;
  };
  const io = { out, outIsTerminal: false };
  const keys = new DemoKeys(fleet, { io }, () => void quits++);
  return { fleet, keys, said: () => text, quits: () => quits };
}

describe("DemoKeys", () => {
  it("injects a fault with i and says what, where and from when", () => {
    const { fleet, keys, said } = keysOf();
    keys.press("i");
    const fault = fleet.truth.faults.at(-1)!;
    expect(fault.live).toBe(true);
    expect(said()).toContain(`${fault.tenant}/${fault.cluster}/${fault.nodes[0]}`);
    expect(said()).toContain("from 2026-02-25 14:20 UTC on");
  });

  it("shows the whole answer key with t, a line a fault", () => {
    const { fleet, keys, said } = keysOf();
    keys.press("t");
    expect(said().trimEnd().split("\n").length).toBe(fleet.truth.faults.length);
    for (const { title } of fleet.truth.faults) expect(said()).toContain(title);
  });

  it("quits with q and with Ctrl-C, and leaves other keys alone", () => {
    const { keys, said, quits } = keysOf();
    keys.press("x");
    expect([said(), quits()]).toEqual(["", 0]);
    keys.press("q");
    keys.press("\u0003");
    expect(quits()).toBe(2);
  });

  it("names no keys where nobody can press any", () => {
    const { keys } = keysOf();
    expect(keys.help()).toContain("Ctrl-C");
    expect(keys.help()).not.toContain("press i");
    keys.close();
  });
});
