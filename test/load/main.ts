// npm run load -- ingest|neighbours|doubling|big|long|limits|kills|churn: what the real server bears; tables, and a line of JSON.
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { bigTenants } from "./big/big-tenants.ts";
import { longSeries } from "./big/long-series.ts";
import { churn } from "./churn/churn.ts";
import { doubling } from "./doubling/doubling.ts";
import { measureIngest } from "./ingest/ingest.ts";
import { killsAndCalm } from "./kills/kills.ts";
import { limits } from "./limits/limits.ts";
import { neighbours } from "./neighbours/neighbours.ts";
import {
  bigText,
  churnText,
  doublingText,
  ingestText,
  killsText,
  limitsText,
  longText,
  neighboursText,
} from "./reports.ts";

const USAGE = `usage: npm run load -- neighbours [--seconds 600 --window 60 --days 3]
       npm run load -- doubling [--shapes "many nodes,..."] [--scale 1]
       npm run load -- big [--tenants 1 --series 50000 --hours 3 --checkpoints 20]
       npm run load -- long [--points 500000]
       npm run load -- limits [--memory-mib 4096 --seconds 600]
       npm run load -- kills [--kills 60 --seed 1 --days 3]
       npm run load -- ingest [--points 1500000 --runs 3 --tenants 1,10 --each 1,5]
                              [--trees DIR,DIR] [--node-flags="--cpu-prof ..."]
       npm run load -- churn [--days 30 --seeds 100]`;

const text = (value: string) => ({ type: "string", default: value }) as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: text("600"),
    window: text("60"),
    days: text("3"),
    shapes: text(""),
    scale: text("1"),
    tenants: text(""),
    series: text("50000"),
    hours: text("3"),
    checkpoints: text("20"),
    points: text(""),
    "memory-mib": text("4096"),
    runs: text("3"),
    each: text("1,5"),
    trees: text(""),
    "node-flags": text(""),
    kills: text("60"),
    seed: text("1"),
    seeds: text("100"),
  },
});
const number = (name: keyof typeof values, other = "") => Number(values[name] || other);
const list = (name: keyof typeof values, other = "") =>
  (values[name] || other).split(",").filter((one) => one !== "");
const advanced = (what: unknown) => console.error(what);

const LOADS: Readonly<Record<string, () => Promise<readonly [report: object, text: string]>>> = {
  ingest: async () => {
    const report = await measureIngest({
      trees: list("trees"),
      points: number("points", "1500000"),
      runs: number("runs"),
      nodeFlags: values["node-flags"].split(" ").filter((flag) => flag !== ""),
      tenants: list("tenants", "1,10").map(Number),
      pointsEach: list("each").map(Number),
      advanced,
    });
    return [report, ingestText(report)];
  },
  neighbours: async () => {
    const report = await neighbours({
      seconds: number("seconds"),
      windowSeconds: number("window"),
      historyDays: number("days"),
    });
    return [report, neighboursText(report)];
  },
  doubling: async () => {
    const shapes = values.shapes === "" ? undefined : list("shapes");
    const report = await doubling({ shapes, scale: number("scale"), advanced });
    return [report, doublingText(report)];
  },
  big: async () => {
    const report = await bigTenants({
      tenants: number("tenants", "1"),
      seriesEach: number("series"),
      hours: number("hours"),
      checkpoints: number("checkpoints"),
      advanced,
    });
    return [report, bigText(report)];
  },
  long: async () => {
    const points = number("points", "500000");
    const report = [await longSeries(Math.round(points / 10)), await longSeries(points)];
    return [report, longText(report)];
  },
  limits: async () => {
    const memoryMaxBytes = number("memory-mib") * 2 ** 20;
    const report = await limits({ memoryMaxBytes, seconds: number("seconds"), advanced });
    return [report, limitsText(report)];
  },
  kills: async () => {
    const [seed, kills] = [number("seed"), number("kills")];
    const report = await killsAndCalm({ seed, kills, historyDays: number("days"), advanced });
    return [report, killsText(report)];
  },
  churn: async () => {
    const report = churn({ days: number("days"), seeds: number("seeds"), advanced });
    return [report, churnText(report)];
  },
};

const load = LOADS[positionals[0] ?? ""];
if (load === undefined) {
  console.error(USAGE);
  process.exit(2);
}
const [report, shown] = await load();
const machine = { cores: availableParallelism(), loadOfMinutes: loadavg() };
console.log(`${shown}\n\n${machine.cores} cores; load ${machine.loadOfMinutes.join(", ")}`);
console.log(JSON.stringify({ load: positionals[0], machine, ...{ options: values }, report }));
