import { describe, expect, it } from "vitest";
import { ConfigProblem, readConfig } from "./config.ts";
import { defaultMemoryMax, sizeOf } from "./memory-max.ts";

describe("the memory maximum", () => {
  it("is given in bytes, or as a size", () => {
    const sizes = ["1048576", "4GiB", "700 MiB", "1.5gib", "2GB", "64kb"].map(sizeOf);
    expect(sizes).toEqual([1_048_576, 2 ** 32, 700 * 2 ** 20, 1.5 * 2 ** 30, 2e9, 64_000]);
    for (const wrong of ["", "GiB", "-1", "4 TiBs", "1e9", "four"]) {
      expect(sizeOf(wrong)).toBeUndefined();
    }
  });

  it("comes from the flag, then the environment, then the machine; anything else is refused", () => {
    const env = { FORESHOCK_MEMORY_MAX: "2GiB" };
    expect(readConfig({ memoryMax: "4GiB" }, env).memoryMax).toBe(4 * 2 ** 30);
    expect(readConfig({}, env).memoryMax).toBe(2 * 2 ** 30);
    expect(readConfig({}, {}).memoryMax).toBe(defaultMemoryMax());
    expect(() => readConfig({ memoryMax: "much" }, {})).toThrow(ConfigProblem);
  });
});
