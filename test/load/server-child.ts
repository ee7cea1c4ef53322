// node server-child.ts DIR PORT CHECKPOINT_EVERY_MS: the server as `foreshock serve` runs it, which besides
// tells the process that started it how it is, and saves when it is asked to.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { readConfig } from "../../packages/server/src/config/config.ts";
import { startServer } from "../../packages/server/src/serve/start-server.ts";
import { goFirst } from "../../packages/server/src/watch/thread-priority.ts";
import type { Ask, FromChild, ThreadFigures } from "./child-protocol.ts";

/** How often the main thread shows that it runs; blocks are known this exactly. */
const BEAT_MS = 5;

goFirst();
const [dataDir, port, checkpointEveryMs] = process.argv.slice(2);
const delays = monitorEventLoopDelay({ resolution: BEAT_MS });
delays.enable();
const config = readConfig({ dataDir, port: Number(port), logLevel: "error" }, process.env);
const server = await startServer({
  config: { ...config, checkpointEveryMs: Number(checkpointEveryMs) },
  now: () => Date.now(),
});
process.on("message", (message) => void answer(message as Ask));
process.once("SIGTERM", () => {
  server.close("SIGTERM").then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
// Nobody is left to measure for.
process.once("disconnect", () => process.exit(1));
say({ type: "ready", url: server.url });

async function answer({ id, what }: Ask): Promise<void> {
  try {
    if (what === "checkpoint") await server.platform.checkpoint();
    if (what === "settle") await server.platform.settled();
    say({ type: "done", id, figures: figures() });
  } catch (error) {
    say({ type: "failed", id, reason: String(error) });
  }
}

function figures(): ThreadFigures {
  const { user, system } = process.cpuUsage();
  const blockMs = delays.count === 0 ? 0 : Math.max(0, delays.max / 1e6 - BEAT_MS);
  delays.reset();
  return { cpuMs: (user + system) / 1000, blockMs };
}

function say(message: FromChild): void {
  process.send!(message);
}
