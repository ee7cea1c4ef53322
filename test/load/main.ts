// npm run load -- kills|...: what the server bears, measured on the real one; a table and a line of JSON.
import { parseArgs } from "node:util";
import { killsAndCalm } from "./kills/kills.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    kills: { type: "string", default: "60" },
    days: { type: "string", default: "5" },
  },
});
if (positionals[0] === "kills") {
const r = await killsAndCalm({ seed: Number(values.seed), kills: Number(values.kills), historyDays: Number(values.days), advanced: (n) => console.error(n) });
console.log(JSON.stringify(r, null, 1));
for (const d of r.differences) console.log(d);
}
