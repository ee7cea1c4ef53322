import { useSummary } from "../data/queries.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { useView } from "../state/use-view.ts";
import { useNow } from "./use-now.ts";

/** Above every page while the tenant's points are stored and not judged. */
export function QuarantineNotice() {
  const { data } = useSummary();
  if (data === undefined || data.quarantine === null) return null;
  return (
    <div class="state state-error notice" role="alert">
      <p class="state-title">Detection is off for this tenant.</p>
      <p>
        Its work has ended a part of the server twice ({data.quarantine}). Points are stored all the
        same, and will be judged once whoever runs the server has released the tenant:{" "}
        <code>foreshock tenants release {data.tenant}</code>
      </p>
    </div>
  );
}

/** Above every page but Now, which says it itself, while what is shown is not of now. */
export function StaleNotice() {
  const { data } = useSummary();
  const { place } = useView();
  const nowMs = useNow();
  if (data === undefined || place?.page === "now") return null;
  if (data.isLoading) {
    const upToMs = msOf(data.watermark);
    const upTo =
      upToMs === null
        ? "Nothing is judged yet."
        : `Judged up to ${moment(upToMs, nowMs)} UTC, ${lasting(nowMs - upToMs)} before now.`;
    return (
      <div class="state state-learning notice" role="status">
        <p class="state-title">History is loading. {upTo}</p>
      </div>
    );
  }
  if (data.pipeline.state !== "stopped") return null;
  return (
    <div class="state state-error notice" role="alert">
      <p class="state-title">{data.pipeline.text}</p>
    </div>
  );
}
