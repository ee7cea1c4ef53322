import { describe, expect, it } from "vitest";
import { Abandoned, type Pace, UNPACED } from "../platform/pace.ts";
import { TooManyReads } from "../platform/platform-errors.ts";
import { HeavyReads } from "./heavy-reads.ts";
import { UNIT_CELLS } from "./read-cost.ts";

const LONG = 2 * UNIT_CELLS;

/** Reads of a tenant that go on until the test ends them. */
class OpenReads {
  readonly heavy = new HeavyReads();
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  ask(name: string, cells = LONG, pace: Pace = UNPACED): Promise<string> {
    return this.heavy.run(cells, pace, () => {
      this.begun.push(name);
      return new Promise((resolve, reject) => {
        this.#ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
      });
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    this.#ends.get(name)!(error);
    await settled();
  }
}

describe("long reads of a tenant", () => {
  it("are two at work; the others come in their order, whether one before them failed or not", async () => {
    const reads = new OpenReads();
    const asked = ["a", "b", "c", "d"].map((name) => reads.ask(name));
    await settled();
    expect(reads.begun).toEqual(["a", "b"]);
    await reads.end("b");
    expect(reads.begun).toEqual(["a", "b", "c"]);
    const failed = expect(asked[0]).rejects.toThrow("disk");
    await reads.end("a", new Error("disk"));
    await failed;
    expect(reads.begun).toEqual(["a", "b", "c", "d"]);
    await reads.end("c");
    await reads.end("d");
    expect(await Promise.all(asked.slice(1))).toEqual(["b", "c", "d"]);
    expect(reads.heavy.counts).toEqual({ atWork: 0, waiting: 0 });
  });

  it("do not hold up short ones", async () => {
    const reads = new OpenReads();
    void reads.ask("a");
    void reads.ask("b");
    void reads.ask("c");
    expect(await reads.heavy.run(UNIT_CELLS, UNPACED, async () => "short")).toBe("short");
    expect(reads.begun).toEqual(["a", "b"]);
  });

  it("beyond 32 that wait are refused with a wait, and leave nothing behind", async () => {
    const reads = new OpenReads();
    const asked = Array.from({ length: 34 }, (_, k) => reads.ask(String(k)));
    await settled();
    const refused = reads.ask("one more");
    await expect(refused).rejects.toThrow(TooManyReads);
    await expect(refused).rejects.toMatchObject({ retryAfterMs: 2000 });
    expect(reads.heavy.counts).toEqual({ atWork: 2, waiting: 32 });
    for (let k = 0; k < 34; k++) await reads.end(String(k));
    await Promise.all(asked);
    expect(reads.heavy.counts).toEqual({ atWork: 0, waiting: 0 });
  });

  it("are not begun when their asker has gone while they waited", async () => {
    const reads = new OpenReads();
    void reads.ask("a");
    void reads.ask("b");
    const gone: Pace = {
      spend: () => {
        throw new Abandoned();
      },
    };
    const asked = expect(reads.ask("gone", LONG, gone)).rejects.toThrow(Abandoned);
    void reads.ask("next");
    await settled();
    await reads.end("a");
    await asked;
    await settled();
    expect(reads.begun).toEqual(["a", "b", "next"]);
  });
});

/** Everything that was ready has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
