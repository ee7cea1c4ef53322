import { DEFAULT_VIEW, encodeView, type Rest, type View } from "./view-codec.ts";

/** A page of the drill-down, from the whole fleet to one metric. */
export type Place =
  | { readonly page: "tenants" }
  | { readonly page: "now" }
  | { readonly page: "fleet" }
  | { readonly page: "cluster"; readonly tenant: string; readonly cluster: string }
  | {
      readonly page: "node";
      readonly tenant: string;
      readonly cluster: string;
      readonly node: string;
    }
  | {
      readonly page: "metric";
      readonly tenant: string;
      readonly cluster: string;
      readonly node: string;
      readonly metric: string;
    };

/** The path of a place; ids are kept whole whatever they hold. */
export function pathOf(place: Place): string {
  switch (place.page) {
    case "tenants":
      return "/tenants";
    case "now":
      return "/";
    case "fleet":
      return "/fleet";
    case "cluster":
      return clusterPath(place.tenant, place.cluster);
    case "node":
      return `${clusterPath(place.tenant, place.cluster)}/n/${encodeURIComponent(place.node)}`;
    case "metric":
      return `${pathOf({ ...place, page: "node" })}/m/${encodeURIComponent(place.metric)}`;
  }
}

/** The place a path means; undefined for a path that is none. */
export function placeOf(path: string): Place | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.length === 0) return { page: "now" };
  if (parts.length === 1 && parts[0] === "fleet") return { page: "fleet" };
  if (parts.length === 1 && parts[0] === "tenants") return { page: "tenants" };
  const keys = ["t", "c", "n", "m"];
  const ids: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const id = decoded(parts[i + 1] ?? "");
    if (parts[i] !== keys[i / 2] || id === undefined || id === "") return undefined;
    ids.push(id);
  }
  const [tenant, cluster, node, metric] = ids;
  if (tenant === undefined || cluster === undefined || ids.length > 4) return undefined;
  if (node === undefined) return { page: "cluster", tenant, cluster };
  if (metric === undefined) return { page: "node", tenant, cluster, node };
  return { page: "metric", tenant, cluster, node, metric };
}

/** One step up: metric, node, cluster, fleet, now; tenants above it where the key sees several. */
export function placeAbove(place: Place, several: boolean): Place {
  switch (place.page) {
    case "metric":
      return { ...place, page: "node" };
    case "node":
      return { page: "cluster", tenant: place.tenant, cluster: place.cluster };
    case "cluster":
      return { page: "fleet" };
    case "fleet":
      return { page: "now" };
    default:
      return { page: several ? "tenants" : "now" };
  }
}

/**
 * Address of a place that keeps what all pages share (range, live, tables, unknown keys; below the fleet
 * the finding that is followed) and drops what only the page being left understands. The tenant stands in the path where there is one.
 */
export function hrefOf(place: Place, view: View, rest: Rest = []): string {
  const tenant = "tenant" in place ? "" : view.tenant;
  const { from, to, live, table } = view;
  const finding = "tenant" in place ? view.finding : "";
  const kept = { ...DEFAULT_VIEW, tenant, from, to, live, table, finding };
  return pathOf(place) + encodeView(kept, rest);
}

function clusterPath(tenant: string, cluster: string): string {
  return `/t/${encodeURIComponent(tenant)}/c/${encodeURIComponent(cluster)}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
