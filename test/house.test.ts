import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ENTRIES, PACKAGES, WORLD } from "./house/allowed.ts";
import { LONG_FILES, LONG_FUNCTIONS, TEST_ONLY } from "./house/not-yet.ts";
import { PLANTS } from "./house/plants.ts";
import { ROOMS, TESTS_MAY_ALSO } from "./house/rooms.ts";
import { type House, offencesAgainst, RULES, type Rule } from "./house/rules.ts";
import { planted, SOUND } from "./house/sound-house.ts";
import { readManifests, readTree } from "./house/tree.ts";

const ROOT = resolve(import.meta.dirname, "..");
const NAMES = Object.keys(RULES) as Rule[];

const house: House = {
  tree: readTree(ROOT),
  manifests: readManifests(ROOT),
  tables: { rooms: ROOMS, testsMayAlso: TESTS_MAY_ALSO },
  packages: PACKAGES,
  entries: ENTRIES,
  world: WORLD,
  notYet: { files: LONG_FILES, functions: LONG_FUNCTIONS, testOnly: TEST_ONLY },
};

describe("this house", () => {
  it("is read whole: every package, the benches, the tests and this very file", () => {
    const paths = house.tree.map(({ path }) => path);
    expect(paths).toContain("test/house.test.ts");
    for (const name of ["core", "client", "dashboard", "server"]) {
      expect(
        paths.filter((path) => path.startsWith(`packages/${name}/src/`)).length,
      ).toBeGreaterThan(5);
    }
    expect(paths.filter((path) => path.startsWith("bench/")).length).toBeGreaterThan(20);
  });

  it.each(NAMES)("keeps the rule that %s", (rule) => {
    expect(offencesAgainst(rule, house)).toEqual([]);
  });
});

describe("the rules", () => {
  it.each(NAMES)("find nothing in a sound house: %s", (rule) => {
    expect(offencesAgainst(rule, SOUND)).toEqual([]);
  });

  it.each(NAMES)("have an offence planted for each: %s", (rule) => {
    expect(PLANTS.some(({ against }) => against === rule)).toBe(true);
  });

  it.each(PLANTS.map((plant) => [plant.against, plant.what, plant] as const))(
    "%s: catch %s",
    (rule, _, plant) => {
      expect(offencesAgainst(rule, planted(plant)).join("\n")).toContain(plant.says);
    },
  );
});
