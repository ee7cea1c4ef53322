import { parentPort, workerData } from "node:worker_threads";
import { PartitionOwner } from "./partition-owner.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** Points folded between two looks at the mail. */
const SLICE_POINTS = 20_000;

interface WorkerData {
  readonly dataDir: string;
  readonly partitions: readonly number[];
}

if (parentPort === null) throw new Error("the partition worker is started by the server");
const port = parentPort;
const { dataDir, partitions } = workerData as WorkerData;
const owner = new PartitionOwner(dataDir, partitions, (message: FromWorker, columns = []) => {
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
