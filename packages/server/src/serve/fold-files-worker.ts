import { parentPort, workerData } from "node:worker_threads";
import { moveFolds } from "../store/fleet/fold-moves.ts";

// The thread that brings the tenants' folds into the files where they belong, and ends.
const { dataDir } = workerData as { readonly dataDir: string };
parentPort!.postMessage(moveFolds(dataDir));
