import { dashboardServer, type FleetState } from "./dashboard-server.ts";

/**
 * The pages over the real server, for working on them: `node --conditions=foreshock-source
 * test/tooling/serve-dashboard.ts [port] [faults|calm|learning|empty] [nodes]`.
 */
const [port = "7071", state = "faults", nodes = "60"] = process.argv.slice(2);
const { url, key, operatorKey } = await dashboardServer({
  state: state as FleetState,
  nodes: Number(nodes),
  port: Number(port),
});
console.log(`one tenant  ${url}/?key=${key}\nall tenants ${url}/?key=${operatorKey}`);
