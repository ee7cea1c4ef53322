import { useMemo } from "react";
import { navigate, usePathname, useSearch } from "wouter/use-browser-location";
import { hrefOf, type Place, pathOf, placeOf } from "./place.ts";
import { decodeView, encodeView, type View } from "./view-codec.ts";

export interface ViewState {
  /** undefined for a path that is no page. */
  readonly place: Place | undefined;
  readonly view: View;
  /** Each change is one step of the back button; `replace` for what is not worth one. */
  change(change: Partial<View>, options?: { readonly replace?: boolean }): void;
  go(place: Place, change?: Partial<View>): void;
  href(place: Place, change?: Partial<View>): string;
}

/** The state of the page, which is its address and nothing else. */
export function useView(): ViewState {
  const path = usePathname();
  const search = useSearch();
  return useMemo(() => stateOf(path, search), [path, search]);
}

/** The same for handlers outside of rendering: what the address says at this instant. */
export function viewNow(): ViewState {
  return stateOf(window.location.pathname, window.location.search);
}

function stateOf(path: string, search: string): ViewState {
  const place = placeOf(path);
  const { view, rest } = decodeView(search);
  /** A tenant in the path goes along to pages that keep it in the query. */
  const shared =
    place !== undefined && "tenant" in place ? { ...view, tenant: place.tenant } : view;
  const href = (to: Place, some?: Partial<View>) => hrefOf(to, { ...shared, ...some }, rest);
  return {
    place,
    view,
    href,
    go: (to, some) => navigate(href(to, some)),
    change(some, options) {
      const here = place === undefined ? path : pathOf(place);
      navigate(here + encodeView({ ...view, ...some }, rest), options);
    },
  };
}
