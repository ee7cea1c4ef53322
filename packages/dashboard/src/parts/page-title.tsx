import { useEffect } from "react";
import { useSummary } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import type { Place } from "../state/place.ts";
import { useView } from "../state/use-view.ts";

/** Keeps the tab's title on the pages of one tenant. */
export function TenantTitle() {
  const { place } = useView();
  const { tenant } = useSession();
  useTitle(pageTitle(place, tenant, useSummary().data?.openFindings));
  return null;
}

/** Keeps the tab's title while the caller is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** "(2) node-042 cpu_usage, acme - Foreshock"; the number is left out while it is 0 or not known. */
export function pageTitle(
  place: Place | undefined,
  tenant: string,
  open: number | undefined,
): string {
  const count = open === undefined || open === 0 ? "" : `(${open}) `;
  const whose = place === undefined || place.page === "tenants" ? "" : `, ${tenant}`;
  return `${count}${nameOf(place)}${whose} - Foreshock`;
}

function nameOf(place: Place | undefined): string {
  switch (place?.page) {
    case undefined:
      return "No such page";
    case "tenants":
      return "Tenants";
    case "now":
      return "Now";
    case "fleet":
      return "Fleet";
    case "cluster":
      return place.cluster;
    case "node":
      return `${place.node}, ${place.cluster}`;
    case "metric":
      return `${place.metric} on ${place.node}`;
  }
}
