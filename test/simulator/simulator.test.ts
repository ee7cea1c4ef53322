import { simulatorSuite } from "./simulator-suite.ts";

/** FORESHOCK_SEEDS=first,count runs other seeds than those of the gate; `simulator-more` then rests. */
const [first = 1, count = 150] = (process.env.FORESHOCK_SEEDS ?? "").split(",").flatMap(numberOf);

simulatorSuite(first, count);

function numberOf(text: string): number[] {
  return text === "" ? [] : [Number(text)];
}
