import { expect, it } from "vitest";
import { Abandoned } from "../platform/pace.ts";
import { UNIT_CELLS } from "./read-cost.ts";
import { TurnPace } from "./turn-pace.ts";

it("a pace goes on at once within a unit, and lets other work of the thread run after it", async () => {
  const pace = new TurnPace();
  let turns = 0;
  const other = () => {
    turns++;
    if (turns < 5) setImmediate(other);
  };
  setImmediate(other);
  expect(pace.spend(UNIT_CELLS - 1)).toBeUndefined();
  const turn = pace.spend(1);
  expect(turn).toBeInstanceOf(Promise);
  await turn;
  for (let k = 0; k < 5; k++) await pace.spend(UNIT_CELLS);
  expect(turns).toBe(5);
});

it("a pace ends the work when its asker has gone, before a unit and after one", async () => {
  let isGone = false;
  const pace = new TurnPace(() => isGone);
  const turn = pace.spend(UNIT_CELLS);
  isGone = true;
  await expect(turn).rejects.toThrow(Abandoned);
  expect(() => pace.spend(0)).toThrow(Abandoned);
});
