import { describe, expect, it } from "vitest";
import { letGo } from "./let-go.ts";

describe("letGo", () => {
  it("leaves nothing of a buffer, and passes over one that is gone already", () => {
    const columns = [new Float64Array(8), new Int32Array(8)];
    const handedOver = new Float64Array(8);
    structuredClone(handedOver, { transfer: [handedOver.buffer] });
    const buffers = [...columns, handedOver].map(({ buffer }) => buffer);
    letGo(buffers);
    letGo(buffers);
    expect(columns.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
  });
});
