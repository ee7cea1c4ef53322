import { expect, it } from "vitest";
import type { FleetHost } from "../fleet/fleet-host.ts";
import { FoldPace } from "./fold-pace.ts";

/** More than is done in one unit. */
const UNIT = 1e6;

function stage() {
  const owners = { areWhole: true };
  const said: string[] = [];
  const units = { count: 0 };
  const folds = new FoldPace({
    // There is nothing to fold here.
    fleet: { advance: () => false } as unknown as FleetHost,
    inFlightMs: () => 0,
    mayFold: () => owners.areWhole,
    later: (work) => void setImmediate(work),
    after: (delayMs, work) => void setTimeout(work, delayMs),
    progress: () => {},
    saving: () => void units.count++,
  });
  function* saving(): Generator<number, void> {
    try {
      for (const unit of ["first", "second", "third"]) {
        said.push(unit);
        yield UNIT;
      }
    } finally {
      said.push("let go");
    }
  }
  return { owners, said, folds, saving, units };
}

it("saves to the end while all owners are there", async () => {
  const { said, folds, saving, units } = stage();
  await folds.saved(saving());
  expect(said).toEqual(["first", "second", "third", "let go"]);
  expect(units.count, "whoever waits for it hears that it goes on").toBe(3);
});

it("sets a save down once an owner has ended, and lets go whom it held", async () => {
  const { owners, said, folds, saving } = stage();
  const saved = folds.saved(saving());
  owners.areWhole = false;
  await expect(saved).rejects.toMatchObject({ code: "owner/ended" });
  expect(said).toEqual(["first", "let go"]);
});
