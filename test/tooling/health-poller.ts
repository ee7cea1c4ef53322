// Asks /healthz every 100 ms until standard input ends; then prints the longest gap between two good
// answers, in ms. A process of its own, so that what the fuzzer does counts for nothing.
import { Agent, get } from "node:http";

const url = new URL("/healthz", process.argv[2]!);
const agent = new Agent({ keepAlive: true });
let lastMs = performance.now();
let longestMs = 0;

function ask(): void {
  const request = get(url, { agent }, (reply) => {
    reply.resume();
    reply.on("end", () => {
      const nowMs = performance.now();
      if (reply.statusCode === 200) {
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
      }
      setTimeout(ask, 100);
    });
  });
  request.on("error", () => setTimeout(ask, 100));
}

ask();
process.stdin.resume();
process.stdin.on("end", () => {
  console.log(Math.round(Math.max(longestMs, performance.now() - lastMs)));
  process.exit(0);
});
