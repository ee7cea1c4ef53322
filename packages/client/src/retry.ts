/** First pause; doubles with each attempt. Short enough for a page, long enough for a restart's blip. */
const BASE_DELAY_MS = 250;
/** Nobody waits longer than this between two attempts, whatever the server asks. */
const DELAY_MAX_MS = 30_000;

const RETRIED_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isRetried(status: number): boolean {
  return RETRIED_STATUS.has(status);
}

/**
 * Pause before attempt `attempt + 1` in ms: what `Retry-After` asks, else 250 ms x 2^attempt with
 * half of it random, so that clients who failed together do not come back together.
 *
 * @param dice a number in [0, 1)
 */
export function retryDelayMs(
  attempt: number,
  retryAfterMs: number | undefined,
  dice: number,
): number {
  if (retryAfterMs !== undefined) return Math.min(DELAY_MAX_MS, retryAfterMs);
  const full = Math.min(DELAY_MAX_MS, BASE_DELAY_MS * 2 ** attempt);
  return full / 2 + (full / 2) * dice;
}

/** `Retry-After` as ms from `nowMs`: seconds or an HTTP date; undefined where absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** Waits, or rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
