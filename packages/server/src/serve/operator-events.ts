import { MINUTE_MS } from "@foreshock/core/fold";
import type { DecodeEvents } from "../decode/decode-events.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { RefusedPoints } from "../observe/refused-points.ts";
import { type RefusedRequest, RefusedRequests } from "../observe/refused-requests.ts";
import { ENGINE } from "../partition/live-series.ts";
import { DAMAGE_KINDS } from "../store/sqlite/damage.ts";
import type { PlatformEvents } from "./platform-events.ts";

export interface OperatorEvents extends PlatformEvents, DecodeEvents {
  /** A request of a known key, or over a rate, was turned away. */
  requestRefused(refused: RefusedRequest): void;
  /** Logs what was still being added up. */
  close(): void;
}

const FOLDED_AGAIN: ReadonlySet<string> = new Set(["state", "fleet-state", "fleet-file"]);

/** Logs and counts what the platform reports: one parsable line each, points in sums. */
export function operatorEvents(log: Log, metrics: Metrics): OperatorEvents {
  const { refused, requests, close } = summaries(log);
  // From 0 on, so that the first damage is a rise that an alert can see.
  for (const kind of DAMAGE_KINDS) metrics.storeDamage.inc({ kind }, 0);
  for (const state of ["full", "silent", "writes"]) metrics.diskTroubles.inc({ state }, 0);
  for (const stuck of ["true", "false"]) metrics.threadStalls.inc({ stuck }, 0);
  return {
    damage({ item, ...facts }) {
      metrics.storeDamage.inc({ kind: item });
      // States are folded again from the points; everything else may be lost for good.
      if (FOLDED_AGAIN.has(item)) log.warn({ item, ...facts }, "stored data damaged");
      else log.error({ item, ...facts }, "stored data damaged");
    },
    slowCommit({ partition, tookMs }) {
      log.warn({ partition, ms: Math.round(tookMs) }, "slow commit");
    },
    disk({ partition, state }) {
      metrics.diskTroubles.inc({ state });
      if (state === "writes") log.info({ partition }, "the disk takes points again");
      else log.error({ partition, state }, "the disk takes no points");
    },
    checkpoint({ tookMs, seriesCount, bytes }) {
      metrics.checkpointDuration.observe(tookMs / 1000);
      log.info({ ms: Math.round(tookMs), series: seriesCount, bytes }, "checkpoint saved");
    },
    daysDropped({ beforeMs, dayCount }) {
      metrics.retentionDaysDropped.inc(dayCount);
      log.info({ before: new Date(beforeMs).toISOString(), days: dayCount }, "old days deleted");
    },
    refused: (tenantId, reason, points) => refused.add(tenantId, reason, points),
    scored: (points) => metrics.pointsScored.inc({ engine: ENGINE.name }, points),
    ...threadEvents(log, metrics),
    checkpointFailed: (err, againInMs) =>
      log.error({ err, againInMs }, "checkpoint failed; trying again"),
    stateNotSaved: (tenant, err) =>
      log.error(
        { tenant, err },
        "a tenant's state was not saved; it will catch up from its points",
      ),
    ...decodeEvents(log, metrics),
    requestRefused: (request) => requests.add(request),
    close,
  };
}

/** Threads that ended, stood still, and whose work did it. */
function threadEvents(log: Log, metrics: Metrics) {
  return {
    ownerEnded: (partitions, err, againInMs) =>
      log.error({ partitions, err, againInMs }, "a partition owner ended; starting it again"),
    ownerStarted: (partitions) => log.info({ partitions }, "a partition owner was started again"),
    stalled: (thread, { what, tenantId: tenant, forMs, isStuck }) => {
      metrics.threadStalls.inc({ stuck: String(isStuck) });
      const msg = isStuck ? "a thread is stuck; it is ended" : "a thread stands still";
      log.error({ thread, what, tenant, ms: Math.round(forMs) }, msg);
    },
    struck: (tenant, reason, strikes, isQuarantined) => {
      const outcome = isQuarantined ? "quarantined" : "struck";
      metrics.tenantStrikes.inc();
      log.error({ actor: "watchdog", tenant, outcome, reason, strikes }, "a tenant ended a thread");
    },
    released: (tenant) =>
      log.info({ actor: "operator", tenant, outcome: "released" }, "a tenant left quarantine"),
    hostEnded: (tenants, err, againInMs) =>
      log.error({ tenants, err, againInMs }, "a host of tenants ended; starting it again"),
    hostStarted: (tenants) => log.info({ tenants }, "a host of tenants was started again"),
  } satisfies Partial<PlatformEvents>;
}

/** What is logged in sums, a line per minute. */
function summaries(log: Log) {
  const refused = new RefusedPoints(log, () => performance.now());
  const requests = new RefusedRequests(log, () => performance.now());
  const flush = (): void => {
    refused.flush();
    requests.flush();
  };
  const timer = setInterval(flush, MINUTE_MS);
  timer.unref();
  const close = (): void => {
    clearInterval(timer);
    flush();
  };
  return { refused, requests, close };
}

function decodeEvents(log: Log, metrics: Metrics): DecodeEvents {
  for (const reason of ["memory", "time", "ended"]) metrics.decodersLost.inc({ reason }, 0);
  return {
    decoderLost({ tenantId: tenant, kind, bytes, reason, error: err }) {
      metrics.decodersLost.inc({ reason });
      log.error({ tenant, kind, bytes, reason, err }, "a body has ended its decoder");
    },
  };
}
