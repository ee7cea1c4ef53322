import type { HttpFront } from "../api/connections/http-front.ts";
import { MainThreadWatch } from "../observe/main-thread.ts";
import type { Metrics } from "../observe/metrics.ts";

/** Sets the gauges on the HTTP port and its thread whenever somebody asks for them. @returns how to stop. */
export function observePort(front: HttpFront, metrics: Metrics): () => void {
  const thread = new MainThreadWatch();
  metrics.beforeScrape(async () => {
    const { lately, sinceStart } = thread.read();
    metrics.mainThreadBlock.set({ since: "scrape" }, lately);
    metrics.mainThreadBlock.set({ since: "start" }, sinceStart);
    const busy = front.requestsUnderWay;
    metrics.connections.set({ state: "open" }, front.table.count);
    metrics.connections.set({ state: "requests" }, busy);
    for (const [reason, count] of Object.entries(front.counts)) {
      metrics.connectionsEnded.set({ reason }, count);
    }
    metrics.unsentBytes.set(front.unsent.all);
  });
  return () => thread.stop();
}
