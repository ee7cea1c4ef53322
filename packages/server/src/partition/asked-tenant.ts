import type { PartitionRuntime } from "./partition-runtime.ts";
import type { Question } from "./protocol.ts";

/** The tenant that a question is about; "" where it is about none, or all. */
export function askedTenant(
  runtimes: ReadonlyMap<number, PartitionRuntime>,
  question: Question,
): string {
  if ("tenantId" in question) return question.tenantId;
  const handle = handleIn(question);
  if (handle === undefined) return "";
  for (const runtime of runtimes.values()) {
    const series = runtime.byHandle(handle);
    if (series !== undefined) return series.key.tenantId;
  }
  return "";
}

function handleIn(question: Question): number | undefined {
  if ("handle" in question) return question.handle;
  if ("handles" in question) return question.handles[0];
  return "runs" in question ? question.runs[0]?.handle : undefined;
}
