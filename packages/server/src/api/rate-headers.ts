import type { RateState } from "../platform/admission.ts";

/** The state of a rate, for senders that slow down before they are refused. Source: the RateLimit header draft. */
export function rateHeaders({ kind, burst, perSecond, left, fullInMs }: RateState) {
  const windowSeconds = Math.max(1, Math.round(burst / perSecond));
  return {
    "ratelimit-policy": `"${kind}";q=${Math.floor(burst)};w=${windowSeconds}`,
    ratelimit: `"${kind}";r=${left};t=${Math.ceil(fullInMs / 1000)}`,
  };
}
