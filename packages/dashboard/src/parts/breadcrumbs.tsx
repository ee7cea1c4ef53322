import type { Place } from "../state/place.ts";
import { Go } from "./go.tsx";

/** The path of the drill-down; the last step is the page itself. */
export function Breadcrumbs({ place }: { readonly place: Place }) {
  const steps = stepsTo(place);
  return (
    <nav class="crumbs" aria-label="Where you are">
      <ol>
        {steps.map(([name, to], i) => (
          <li key={name}>
            {i === steps.length - 1 ? (
              <span aria-current="page">{name}</span>
            ) : (
              <Go to={to}>{name}</Go>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function stepsTo(place: Place): readonly (readonly [name: string, place: Place])[] {
  switch (place.page) {
    case "tenants":
      return [["Tenants", place]];
    case "now":
      return [["Now", place]];
    case "fleet":
      return [["Fleet", place]];
    case "cluster":
      return [
        ["Fleet", { page: "fleet" }],
        [place.cluster, place],
      ];
    case "node":
      return [...stepsTo({ ...place, page: "cluster" }), [place.node, place]];
    case "metric":
      return [...stepsTo({ ...place, page: "node" }), [place.metric, place]];
  }
}
