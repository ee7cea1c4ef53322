import { useSummary } from "../data/queries.ts";

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
