import { neighbours } from "./neighbours/neighbours.ts";
import { bigTenants } from "./big/big-tenants.ts";
import { longSeries } from "./big/long-series.ts";
const [what, a, b, c, d] = process.argv.slice(2);
if (what === "big") console.log(JSON.stringify(await bigTenants({ tenants: Number(a), seriesEach: Number(b), hours: Number(c), checkpoints: Number(d), advanced: (t) => console.error(t) }), null, 1));
else if (what === "n") console.log(JSON.stringify(await neighbours({ seconds: Number(a), windowSeconds: Number(b), historyDays: Number(c) }), null, 1));
else console.log(JSON.stringify(await longSeries(Number(a)), null, 1));
