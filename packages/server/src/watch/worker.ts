import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { StallMessage, ToWatch, WatchThreadData } from "./protocol.ts";
import { StallClock } from "./stall-clock.ts";

const LOOK_EVERY_MS = 500;
const STDERR = 2;

if (parentPort === null) throw new Error("the watching thread is started by the server");
const port = parentPort;
const { limits, main, mainStuckMs } = workerData as WatchThreadData;
const clocks = new Map<number, StallClock>();
const mainClock = new StallClock(main, { stillMs: mainStuckMs, stuckMs: mainStuckMs });

port.on("message", (message: ToWatch) => {
  if (message.type === "watch") clocks.set(message.id, new StallClock(message.memory, limits));
  else clocks.delete(message.id);
});

setInterval(() => {
  const atMs = performance.now();
  if (mainClock.look(atMs)?.isStuck === true) endProcess();
  for (const [id, clock] of clocks) {
    const stall = clock.look(atMs);
    if (stall === undefined) continue;
    const message: StallMessage = { type: "stall", id, stall };
    port.postMessage(message);
  }
}, LOOK_EVERY_MS);

/** The main thread hears nothing any more: only a new process can help. */
function endProcess(): void {
  const time = new Date().toISOString();
  const msg = `the main thread stood still for ${mainStuckMs / 1000} s; the process is ended`;
  writeSync(STDERR, `${JSON.stringify({ level: "fatal", time, msg })}\n`);
  process.kill(process.pid, "SIGKILL");
}
