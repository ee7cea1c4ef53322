import { useCallback, useMemo } from "react";
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
  const place = useMemo(() => placeOf(path), [path]);
  const { view, rest } = useMemo(() => decodeView(search), [search]);

  const change = useCallback<ViewState["change"]>(
    (some, options) => {
      const next = { ...view, ...some };
      navigate((place === undefined ? path : pathOf(place)) + encodeView(next, rest), options);
    },
    [path, place, view, rest],
  );
  const href = useCallback<ViewState["href"]>(
    (to, some) => hrefOf(to, { ...sharedView(place, view), ...some }, rest),
    [place, view, rest],
  );
  const go = useCallback<ViewState["go"]>((to, some) => navigate(href(to, some)), [href]);
  return { place, view, change, go, href };
}

/** A tenant in the path goes along to pages that keep it in the query. */
function sharedView(place: Place | undefined, view: View): View {
  return place !== undefined && "tenant" in place ? { ...view, tenant: place.tenant } : view;
}
