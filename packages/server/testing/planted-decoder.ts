import { parentPort, workerData } from "node:worker_threads";
import { BodyDecoder, type BodyDecoderOptions } from "../src/decode/body-decoder.ts";
import type { ToDecoder } from "../src/decode/protocol.ts";

/** Faults by the tenant whose body it is: what no body can do to the real decoder, as far as we know. */
const PLANTS: Readonly<Record<string, () => void>> = {
  loop: () => {
    while (true);
  },
  heap: () => {
    const kept: object[] = [];
    while (true) kept.push({ at: kept.length, text: `${kept.length}` });
  },
  columns: () => {
    const kept: Float64Array[] = [];
    // One is larger than any memory, so that the thread is refused it at once and the machine is spared.
    while (true) kept.push(new Float64Array(2 ** 40));
  },
  growing: () => {
    const kept: Float64Array[] = [];
    while (true) kept.push(new Float64Array(2 ** 17).fill(1));
  },
  env: () => {
    if (Object.keys(process.env).length > 0) process.exit(4);
  },
  exit: () => process.exit(3),
  throws: () => {
    setImmediate(() => {
      throw new Error("planted");
    });
    throw new DecoderSilence();
  },
};

/** No answer is given at all. */
class DecoderSilence extends Error {}

// The real decoder in a thread, with faults planted before it.
const port = parentPort!;
const decoder = new BodyDecoder(workerData as BodyDecoderOptions, (message, columns) => {
  port.postMessage(message, [...columns]);
});
port.on("message", (message: ToDecoder) => {
  const plant = message.type === "decode" ? PLANTS[message.body.tenantId] : undefined;
  try {
    plant?.();
  } catch (error) {
    if (error instanceof DecoderSilence) return;
    throw error;
  }
  decoder.hear(message);
});
