import type { DemoFault } from "../api/routes/demo.ts";
import type { Truth } from "./truth.ts";

/** The answer key of one tenant as the API shows it. */
export function demoFaults(truth: Truth, tenantId: string): DemoFault[] {
  const faults = truth.faults
    .filter(({ tenant }) => tenant === tenantId)
    .map(({ id, title, kinds, cluster, nodes, metrics, startMs, endMs }) => {
      return {
        id,
        title,
        kind: kinds[0] ?? "",
        cluster,
        nodes,
        metrics,
        startMs,
        endMs,
        silent: false,
      };
    });
  const quiet = truth.quiet
    .filter(({ tenant }) => tenant === tenantId)
    .flatMap(({ id, title, cluster, nodes, spells }) =>
      spells.map(({ startMs, endMs }) => {
        return {
          id,
          title,
          kind: "normal",
          cluster,
          nodes,
          metrics: [],
          startMs,
          endMs,
          silent: true,
        };
      }),
    );
  return [...faults, ...quiet];
}
