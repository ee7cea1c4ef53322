import { parentPort, workerData } from "node:worker_threads";
import { giveWayToMain } from "../watch/thread-priority.ts";
import { BodyDecoder, type BodyDecoderOptions } from "./body-decoder.ts";
import type { ToDecoder } from "./protocol.ts";

if (parentPort === null) throw new Error("the decoder is started by the server");
const port = parentPort;
giveWayToMain();
const decoder = new BodyDecoder(workerData as BodyDecoderOptions, (message, columns) => {
  port.postMessage(message, [...columns]);
});
port.on("message", (message: ToDecoder) => decoder.hear(message));
