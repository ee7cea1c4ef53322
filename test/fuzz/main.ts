// npm run fuzz [-- --count 200000 --seed 1 --only 17]: a seeded attack on every door of a real server.
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
    /** Sends this case alone, to look into it. */
    only: { type: "string" },
  },
});
const seed = Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const count = Number(values.count);
const beganMs = Date.now();
let shown = 0;
const report = await fuzz({
  seed,
  first: only ?? 0,
  end: only === undefined ? count : only + 1,
  advanced: (done) => {
    if (done < shown + 10_000) return;
    shown += 10_000;
    console.error(`${shown} of ${count}`);
  },
});
const { failures, output, ...figures } = report;
console.log(
  JSON.stringify({ seed, seconds: Math.round((Date.now() - beganMs) / 1000), ...figures }),
);
for (const { index, answer } of failures) {
  console.log(`case ${index} (--seed ${seed} --only ${index}): ${answer}`);
}
const isGood = report.failed === 0 && report.exitCode === 0;
if (!isGood) console.log(output);
process.exitCode = isGood ? 0 : 1;
