import type { CalibrationReply, Summary } from "@foreshock/client";
import { useState } from "react";
import { useCalibration } from "../data/queries.ts";
import { count, counted } from "../format/number.ts";
import { Await } from "../parts/await.tsx";
import { budgetWords, promiseWords } from "./verdict.ts";

type Level = CalibrationReply["levels"][number];
type Row = Level["rows"][number];

/** The budget, and what came of it. Real faults open findings too. */
export function BudgetLine({ summary }: { readonly summary: Summary }) {
  const promised = Number(summary.promised30d.toFixed(1));
  return (
    <p class="soft budget">
      Alert budget: {budgetWords(summary.budgetDays)}. Last 30 days: about {promised} expected
      without any fault, {count(summary.findings30d)} opened
    </p>
  );
}

/** Promised against realised alarms, on demand: the answer reads the tenant's whole history. */
export function PromisePanel() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="promises" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Do scores keep their promise?</summary>
      {isOpen ? <Promises /> : null}
    </details>
  );
}

function Promises() {
  const calibration = useCalibration();
  return (
    <Await asked={calibration} height={160}>
      {({ levels }) => (
        <section class="panel table-panel" aria-label="Promised against realised alarms">
          <table class="rows promise-rows">
            <thead>
              <tr>
                <th scope="col">Scores as rare as</th>
                <th scope="col" class="number">
                  Promised
                </th>
                <th scope="col" class="number">
                  Came
                </th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {levels.flatMap((level) =>
                level.rows.map((row) => (
                  <PromiseLine key={`${level.level} ${row.onceInDays}`} level={level} row={row} />
                )),
              )}
            </tbody>
          </table>
          <p class="soft pad">
            Last 30 days of this tenant. Real faults count as well, so more than promised may be bad
            days rather than bad scores.
          </p>
        </section>
      )}
    </Await>
  );
}

function PromiseLine({ level, row }: { readonly level: Level; readonly row: Row }) {
  const who =
    level.entities === 1
      ? `for the ${level.level}`
      : `for each of ${counted(level.entities, level.level)}`;
  return (
    <tr>
      <td>
        {budgetWords(row.onceInDays)} <span class="soft">{who}</span>
      </td>
      <td class="number">
        {row.promised < 100 ? Number(row.promised.toFixed(1)) : count(row.promised)}
      </td>
      <td class="number">{count(row.realised)}</td>
      <td>{promiseWords(row)}</td>
    </tr>
  );
}
