import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialTail, cauchyOfThree, gammaTail, sidak, weightedCauchy } from "./closed-form.ts";
import { erfc } from "./erfc.ts";
import { fewP } from "./few-table.ts";

const probability = fc.double({ min: 1e-12, max: 0.99, noNaN: true });

describe("sidak", () => {
  it("by hand: the smallest of 3 is 0.1, so 1 - 0.9^3 = 0.271", () => {
    expect(sidak(0.1, 3)).toBeCloseTo(0.271, 12);
  });

  it("keeps the digits of tiny p: 20 times 1e-12 is 2e-11", () => {
    expect(sidak(1e-12, 20) / 2e-11).toBeCloseTo(1, 9);
  });

  it("has no answer without children", () => {
    expect(sidak(1, 0)).toBeNaN();
  });
});

describe("Cauchy's combination", () => {
  it("leaves three equal p as they are, down to 1e-14", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-14, max: 0.99, noNaN: true }), (p) => {
        expect(cauchyOfThree(p, p, p) / p).toBeCloseTo(1, 9);
      }),
    );
  });

  it("loses at most a factor of three against the best voice", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e-3, noNaN: true }), (p) => {
        expect(cauchyOfThree(p, 0.5, 0.5) / p).toBeCloseTo(3, 1);
      }),
    );
  });

  it("leaves out missing children and children without weight", () => {
    const p = Float64Array.of(Number.NaN, 0.01, 0.7);
    expect(weightedCauchy(p, 0, 3, Float64Array.of(1, 1, 0))).toBeCloseTo(0.01, 12);
    expect(weightedCauchy(p, 0, 1)).toBeNaN();
  });
});

describe("binomialTail", () => {
  it("by hand: at least 2 of 3 below 0.1 is 3 x 0.01 x 0.9 + 0.001 = 0.028", () => {
    expect(binomialTail(3, 2, 0.1)).toBeCloseTo(0.028, 12);
  });

  it("is the Šidák p for the smallest", () => {
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 200 }), (p, m) => {
        expect(binomialTail(m, 1, p) / sidak(p, m)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("erfc and the Gamma tail", () => {
  it("erfc by table (Abramowitz and Stegun 7.1): at 0, 0.5, 1, 2, 5, 10 and -1", () => {
    expect(erfc(0)).toBe(1);
    expect(erfc(0.5)).toBeCloseTo(0.4795001221869535, 15);
    expect(erfc(1)).toBeCloseTo(0.15729920705028513, 15);
    expect(erfc(2) / 0.004677734981047266).toBeCloseTo(1, 14);
    expect(erfc(5) / 1.5374597944280349e-12).toBeCloseTo(1, 13);
    expect(erfc(10) / 2.088487583762545e-45).toBeCloseTo(1, 12);
    expect(erfc(-1)).toBeCloseTo(1.8427007929497148, 15);
    expect(erfc(Number.NaN)).toBeNaN();
  });

  it("Gamma(20) beyond its mean and far out, within 3 % of the Poisson sums 0.4703 and 6.8e-4", () => {
    // P(Gamma(20, 1) > x) = P(Poisson(x) < 20).
    for (const x of [20, 37]) {
      let term = Math.exp(-x);
      let sum = 0;
      for (let k = 0; k < 20; k++) {
        sum += term;
        term *= x / (k + 1);
      }
      expect(gammaTail(20, x) / sum).toBeGreaterThan(0.97);
      expect(gammaTail(20, x) / sum).toBeLessThan(1.03);
    }
  });
});

describe("fewP", () => {
  it("by hand: of two children the sum 4 has the tail of Gamma(2): 5 e^-4", () => {
    expect(fewP(4, 2)).toBeCloseTo(5 * Math.exp(-4), 12);
  });

  it("agrees with counted chance: of 20 uniform p, one in a hundred sums reaches its 99 % point", () => {
    let state = 5;
    const dice = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state + 0.5) / 4_294_967_296;
    };
    let reached = 0;
    const rounds = 40_000;
    for (let round = 0; round < rounds; round++) {
      const smallest = Float64Array.from({ length: 20 }, dice).sort().subarray(0, 3);
      const total = smallest.reduce((sum, p) => sum - Math.log(p), 0);
      if (fewP(total, 20) <= 0.01) reached++;
    }
    expect(reached / rounds).toBeGreaterThan(0.0085);
    expect(reached / rounds).toBeLessThan(0.0115);
  });

  it("falls as the sum grows, and is 1 for a sum of 0", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 110, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (total, more, m) => {
          expect(fewP(total + more, m)).toBeLessThanOrEqual(fewP(total, m) * (1 + 1e-12));
        },
      ),
    );
    expect(fewP(0, 50)).toBeCloseTo(1, 6);
  });
});
