import { parentPort, workerData } from "node:worker_threads";
import { PartitionOwner, type PartitionOwnerOptions } from "./partition-owner.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** Points folded between two looks at the mail. */
const SLICE_POINTS = 20_000;
/** After a start there is other work; then the scrub begins. */
const SCRUB_START_MS = 5000;

if (parentPort === null) throw new Error("the partition worker is started by the server");
const port = parentPort;
const options = workerData as PartitionOwnerOptions;
const owner = new PartitionOwner(options, (message: FromWorker, columns = []) => {
  port.postMessage(message, columns);
});

let awake = false;
port.on("message", (message: ToWorker) => {
  owner.hear(message);
  wake();
});

/** Turns until there is nothing left to do; mail is looked at between two turns. */
function wake(): void {
  if (awake) return;
  awake = true;
  setImmediate(turn);
}

function turn(): void {
  awake = false;
  if (owner.turn(SLICE_POINTS)) wake();
}

if (options.scrubEveryMs > 0) scrubIn(Math.min(SCRUB_START_MS, options.scrubEveryMs));

function scrubIn(restMs: number): void {
  setTimeout(() => {
    const nextMs = owner.scrub();
    if (nextMs !== undefined) scrubIn(nextMs);
  }, restMs).unref();
}
