import type { PageTable } from "../page-table.ts";
import { GOALS, type Goal, type Measures, reaches } from "./goals.ts";

export function acceptanceTable(measures: Measures): PageTable {
  return {
    title: "What we hold ourselves to",
    notes: [
      "Reference: the Python prototype the engine was ported from. Gate: a change that falls below it does not land. Aim: where we want to be.",
      "Public labelled data (half of each set; the other half is kept unseen for a final check), the future never looked at unless said.",
      "Two more gates are tests: a shift of one node that its series alone does not show is found against its peers in 95 of 100 cases and a surge of the whole cluster raises nothing (`pipeline/peer-engine.test.ts`); a shift of 8 noises after a constant start is found in 95 of 100 seeds (`engine/stream/stream-scorer.test.ts`).",
    ],
    header: ["measure", "measured", "gate", "aim", "reference", "met"],
    rows: GOALS.flatMap((goal) => {
      const value = measures.get(goal.measure);
      return value === undefined ? [] : [goalRow(goal, value)];
    }),
  };
}

function goalRow(goal: Goal, value: number): string[] {
  const { what, gate, aim, reference, digits, better } = goal;
  const sign = better === "higher" ? ">=" : "<=";
  const limit = (number: number | undefined) =>
    number === undefined ? "" : `${sign} ${number.toFixed(digits)}`;
  const met = reaches(goal, value, gate);
  const best = met && (aim === undefined || reaches(goal, value, aim));
  const word = !met ? "**missed**" : aim === undefined ? "gate" : best ? "gate and aim" : "gate";
  return [
    what,
    value.toFixed(digits),
    limit(gate),
    limit(aim),
    reference.toFixed(digits),
    gate === undefined ? (best ? "aim" : "not yet") : word,
  ];
}
