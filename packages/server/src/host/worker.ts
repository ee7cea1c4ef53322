import { parentPort, workerData } from "node:worker_threads";
import type { DurationMs } from "@foreshock/core/fold";
import { Courtesy } from "../platform/courtesy.ts";
import { LightWork } from "../platform/light-work.ts";
import { BEAT_EVERY_MS, Heartbeat } from "../watch/heartbeat.ts";
import { giveWayToMain } from "../watch/thread-priority.ts";
import { HostClock } from "./host-clock.ts";
import { HostDesk, type PostToMain } from "./host-desk.ts";
import { reportsOf } from "./host-reports.ts";
import { portLine } from "./port-line.ts";
import type { ToHost } from "./protocol.ts";
import { ReadTally } from "./read-tally.ts";
import { ScoredTally } from "./scored-tally.ts";
import { TenantHost } from "./tenant-host.ts";
import type { HostThreadData } from "./thread-host.ts";

if (parentPort === null) throw new Error("the host worker is started by the server");
const port = parentPort;
giveWayToMain();
const { nowMs, heartbeat: memory, light, ...options } = workerData as HostThreadData;
const heartbeat = new Heartbeat(memory);
setInterval(() => heartbeat.beat(), BEAT_EVERY_MS);
const monotonicMs = () => performance.now();
const courtesy = new Courtesy(light === undefined ? undefined : new LightWork(light), monotonicMs);
const clock = new HostClock(nowMs, monotonicMs);
const post: PostToMain = (message, buffers = []) => port.postMessage(message, [...buffers]);
const after = (delayMs: DurationMs, work: () => void) => void setTimeout(work, delayMs).unref();
const tally = new ScoredTally(post, after);

const host = new TenantHost({
  ...options,
  now: clock.now,
  monotonicMs,
  later: (work) => void setImmediate(work),
  after,
  mayGo: (tenantId) => courtesy.mayGo(tenantId),
  progress: (what, tenantId) => heartbeat.at(what, tenantId),
  events: reportsOf(post, tally, new ReadTally(post, after)),
});
const desk = new HostDesk(host, tally.post, portLine);

port.on("message", (message: ToHost) => {
  if (message.type === "ask") clock.tell(message.nowMs);
  desk.hear(message);
});
