import { describe, expect, it } from "vitest";
import { saidNumbers } from "./sentence-numbers.ts";

describe("saidNumbers", () => {
  it("reads nodes, range, value, instant and rarity of a cluster's change", () => {
    const text =
      "4 of 10 nodes in eu: net rose from a typical 1.5-2 M to 12 M at 22:40; a level shift; about once in 3 months for this cluster.";
    expect(saidNumbers(text)).toEqual({
      nodes: { moved: 4, total: 10 },
      at: "22:40",
      direction: "up",
      typical: { low: 1.5e6, high: 2e6 },
      actual: 12e6,
      rarity: { words: "about once in 3 months", entity: "cluster" },
      isLater: false,
    });
  });

  it("reads ranges below zero, exponents and one number", () => {
    const fell = saidNumbers("a on n fell from a typical -2 to 1,500 to -3,100 at 01:05; x.");
    expect(fell).toMatchObject({
      direction: "down",
      typical: { low: -2, high: 1500 },
      actual: -3100,
    });
    const small = saidNumbers(
      "a on n rose from a typical 8 to 1.2e-10 at 01:05; started 5 min after b.",
    );
    expect(small).toMatchObject({ typical: { low: 8, high: 8 }, actual: 1.2e-10, isLater: true });
  });

  it("reads the other sentences", () => {
    expect(
      saidNumbers("n stopped reporting at 06:25; about once in 3 months for this node."),
    ).toEqual({
      at: "06:25",
      rarity: { words: "about once in 3 months", entity: "node" },
      isLater: false,
    });
    expect(saidNumbers("a on n stuck at 45.2 since 04:10.")).toMatchObject({
      actual: 45.2,
      at: "04:10",
    });
    expect(saidNumbers("a on n varies 5 times as much as usual since 04:10.").at).toBe("04:10");
    expect(saidNumbers("a on n varies more than usual since 04:10.").at).toBe("04:10");
    const climbs = "a on n has fallen slowly since 04:10, from a typical 30-40 to 12; a slow fall.";
    expect(saidNumbers(climbs)).toMatchObject({ at: "04:10", direction: "down", actual: 12 });
    const hour = saidNumbers("a on n was at 300 at 04:10, where 700-900 is usual; x.");
    expect(hour).toMatchObject({ actual: 300, typical: { low: 700, high: 900 } });
  });
});
