import { useSession } from "../session/session.tsx";
import type { Place } from "../state/place.ts";
import { useView } from "../state/use-view.ts";

/** Whether the page is about all tenants of the key: it is their page, or the key sees several and none is named. */
export function useAtTenants(): boolean {
  const { place, view } = useView();
  return isAtTenants(place, view.tenant, useSession().tenants.length);
}

export function isAtTenants(
  place: Place | undefined,
  inQuery: string,
  tenantCount: number,
): boolean {
  if (place?.page === "tenants") return true;
  return tenantCount > 1 && inQuery === "" && place !== undefined && !("tenant" in place);
}
