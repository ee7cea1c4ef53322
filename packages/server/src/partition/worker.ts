import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Courtesy } from "../platform/courtesy.ts";
import { LightWork } from "../platform/light-work.ts";
import { LookAgain } from "../platform/look-again.ts";
import { BEAT_EVERY_MS, Heartbeat } from "../watch/heartbeat.ts";
import { giveWayToMain } from "../watch/thread-priority.ts";
import { MAIN_CLIENT } from "./clients.ts";
import type { ClientMessage } from "./owner-link.ts";
import { PartitionOwner } from "./partition-owner.ts";
import type { ToWorker } from "./protocol.ts";
import type { OwnerThreadData } from "./thread-owner.ts";

/** Points folded between two looks at the mail, about 3 ms: whoever asks something small waits for them. */
const SLICE_POINTS = 2500;
const TICK_MS = 1000;
/** After a start there is other work; then the scrub begins. */
const SCRUB_START_MS = 5000;

if (parentPort === null) throw new Error("the partition worker is started by the server");
const main = parentPort;
giveWayToMain();
const { heartbeat: memory, light, ...options } = workerData as OwnerThreadData;
const courtesy = new Courtesy(light === undefined ? undefined : new LightWork(light), () =>
  performance.now(),
);
const heartbeat = new Heartbeat(memory);
setInterval(() => heartbeat.beat(), BEAT_EVERY_MS);
let awake = false;
const again = new LookAgain((delayMs, look) => void setTimeout(look, delayMs), wake);
const hosts = new Map<number, MessagePort>();
const owner = new PartitionOwner(
  {
    ...options,
    progress: (what, tenantId) => heartbeat.at(what, tenantId),
    mayGo: (tenantId) => courtesy.mayGo(tenantId),
  },
  (client, message, columns = []) => {
    const port = client === MAIN_CLIENT ? main : hosts.get(client);
    port?.postMessage(message, columns);
  },
  wake,
);

main.on("message", (message: ToWorker | ClientMessage) => {
  if (message.type === "client") take(message);
  else hear(message);
});

/** A host's end of the line; one that it had before means nothing any more. */
function take({ client, port }: ClientMessage): void {
  hosts.get(client)?.close();
  owner.forget(client);
  hosts.set(client, port);
  port.on("message", (message: ToWorker) => {
    if (hosts.get(client) === port) hear(message);
  });
  port.once("close", () => {
    if (hosts.get(client) !== port) return;
    hosts.delete(client);
    owner.forget(client);
  });
}

function hear(message: ToWorker): void {
  owner.hear(message);
  wake();
}

/** Turns until there is nothing left to do; mail is looked at between two turns. */
function wake(): void {
  if (awake) return;
  awake = true;
  setImmediate(turn);
}

function turn(): void {
  awake = false;
  if (!owner.turn(SLICE_POINTS)) return;
  if (owner.turns.isHeldBack) again.soon();
  else wake();
}

setInterval(() => owner.tick(performance.now()), TICK_MS).unref();
if (options.scrubEveryMs > 0) scrubIn(Math.min(SCRUB_START_MS, options.scrubEveryMs));

function scrubIn(restMs: number): void {
  setTimeout(() => {
    const nextMs = owner.scrub();
    if (nextMs !== undefined) scrubIn(nextMs);
  }, restMs).unref();
}
