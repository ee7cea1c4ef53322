import { AuthError, Foreshock } from "@foreshock/client";

const POINTS = 30;
const STEP_MS = 60_000;

export interface ClientAnswers {
  readonly accepted: number;
  readonly values: readonly (number | null)[];
  /** What a key for ingest alone gets when it reads. */
  readonly refusal: string;
}

/** Sends half an hour of one series that ends at `nowMs`, and reads it back. */
export async function useClient(
  url: string,
  keys: { readonly ingest: string; readonly read: string },
  nowMs: number,
): Promise<ClientAnswers> {
  const writer = new Foreshock({ url, key: keys.ingest });
  const reader = new Foreshock({ url, key: keys.read });
  const fromMs = nowMs - POINTS * STEP_MS;
  const points = Array.from({ length: POINTS }, (_, i): [number, number] => [
    fromMs + i * STEP_MS,
    i,
  ]);
  const { acceptedPoints } = await writer.ingest([
    { cluster: "eu", node: "node-1", metric: "cpu", points },
  ]);
  const { data } = await reader.series.list({ metric: "cpu" }).page();
  const { columns } = await reader.series.points(data[0]!.id, { from: fromMs, to: nowMs });
  const refusal = await writer.summary().catch((error: unknown) => error);
  return {
    accepted: acceptedPoints,
    values: columns.value,
    refusal: refusal instanceof AuthError ? refusal.name : String(refusal),
  };
}
