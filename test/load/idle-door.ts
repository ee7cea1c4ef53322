// A process that does nothing but answer: what it shows beside a server under load is the machine's share.
// Says where it listens; at the end of standard input, for how long its thread ran no event.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

const BEAT_MS = 5;
const delays = monitorEventLoopDelay({ resolution: BEAT_MS });
const server = createServer((_, reply) => reply.end("ok\n"));
server.listen(0, "127.0.0.1", () => {
  delays.enable();
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.stdin.resume();
process.stdin.on("end", () => {
  console.log(Math.max(0, delays.max / 1e6 - BEAT_MS));
  process.exit(0);
});
