import type { FixtureState } from "./fixture-replies.ts";
import { fixtureServer } from "./fixture-server.ts";

/** `node packages/dashboard/dev/serve.ts [port] [faults|calm|learning|empty] [nodes]` */
const [port = "7071", state = "faults", nodes = "80"] = process.argv.slice(2);
const fixture = await fixtureServer({
  state: state as FixtureState,
  nodes: Number(nodes),
  port: Number(port),
});
console.log(`${fixture.url}/?key=${fixture.key}`);
