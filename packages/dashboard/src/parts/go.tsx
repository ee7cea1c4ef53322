import type { ReactNode } from "react";
import type { Place } from "../state/place.ts";
import { useView } from "../state/use-view.ts";
import type { View } from "../state/view-codec.ts";

/** A link to a place: a real address for new tabs and copying, no reload on a plain click. */
export function Go(props: {
  readonly to: Place;
  readonly change?: Partial<View>;
  readonly class?: string;
  readonly title?: string;
  /** Rows that j and k walk through. */
  readonly row?: boolean;
  readonly current?: boolean;
  readonly children: ReactNode;
}) {
  const { href, go } = useView();
  return (
    <a
      href={href(props.to, props.change)}
      class={props.class}
      title={props.title}
      data-row={props.row ? "" : undefined}
      aria-current={props.current ? "page" : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(props.to, props.change);
        window.scrollTo(0, 0);
      }}
    >
      {props.children}
    </a>
  );
}
