import { describe, expect, it } from "vitest";
import { ResidentGuard } from "./resident-guard.ts";

describe("ResidentGuard", () => {
  it("says once that memory is short above 90 %, and once that it is not from 85 % down", () => {
    const said: (readonly [boolean, number])[] = [];
    let bytes = 0;
    const guard = new ResidentGuard({
      memoryMax: 1000,
      residentBytes: () => bytes,
      changed: (isTight, at) => said.push([isTight, at]),
    });
    for (bytes of [500, 899, 900, 901, 950, 880, 851, 850, 849, 899, 905]) guard.look();
    expect(said).toEqual([
      [true, 901],
      [false, 850],
      [true, 905],
    ]);
    expect(guard.isTight).toBe(true);
  });
});
