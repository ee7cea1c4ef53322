import { describe, expect, it } from "vitest";
import { StateMemory, stateRoom } from "./state-memory.ts";

describe("StateMemory", () => {
  it("gives each state room of its own, zeroed and on 8 bytes, many in one buffer", () => {
    const memory = new StateMemory();
    const rooms = Array.from({ length: 200 }, (_, k) => ({ bytes: 1 + ((k * 37) % 3000), k }));
    const views = rooms.map(({ bytes, k }) => {
      const { buffer, at } = memory.take(bytes);
      expect(at % 8).toBe(0);
      const view = new Uint8Array(buffer, at, bytes);
      expect(view.every((byte) => byte === 0)).toBe(true);
      return view.fill(1 + (k % 250));
    });
    views.forEach((view, k) => {
      expect(view.every((byte) => byte === 1 + (k % 250))).toBe(true);
    });
    expect(new Set(views.map(({ buffer }) => buffer)).size).toBeLessThan(10);
  });

  it("takes what is larger than its buffers, and does without a memory", () => {
    expect(new StateMemory().take(1_000_000).buffer.byteLength).toBeGreaterThanOrEqual(1_000_000);
    expect(stateRoom(24, undefined)).toMatchObject({ at: 0, buffer: { byteLength: 24 } });
  });
});
