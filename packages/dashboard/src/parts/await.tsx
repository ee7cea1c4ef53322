import { ForeshockError } from "@foreshock/client";
import type { ReactNode } from "react";
import type { Asked } from "../data/queries.ts";
import { clockWithSeconds } from "../format/time.ts";

/**
 * The states every panel owes: a skeleton of its final height (shown after 150 ms), an error with
 * hint, request id and retry, data kept dimmed while other data load, data marked as old when
 * asking again failed.
 */
export function Await<Data>(props: {
  readonly asked: Asked<Data>;
  /** Height of the skeleton in CSS pixels, so that nothing jumps. */
  readonly height: number;
  readonly children: (data: Data) => ReactNode;
}) {
  const { asked, height, children } = props;
  if (asked.data === undefined) {
    if (asked.error !== null) return <Failure error={asked.error} retry={() => asked.refetch()} />;
    return <Skeleton height={height} />;
  }
  return (
    <div class={asked.isPlaceholderData ? "await is-old" : "await"} aria-busy={asked.isFetching}>
      {asked.error === null ? null : (
        <Stale error={asked.error} atMs={asked.dataUpdatedAt} retry={() => asked.refetch()} />
      )}
      {children(asked.data)}
    </div>
  );
}

export function Skeleton({ height }: { readonly height: number }) {
  return (
    <div class="skeleton" style={{ height: `${height}px` }}>
      <span class="visually-hidden" role="status">
        Loading
      </span>
    </div>
  );
}

/** Title, hint, request id, retry. */
export function Failure(props: { readonly error: Error; readonly retry: () => void }) {
  const { title, detail, hint, requestId } = wordsOf(props.error);
  return (
    <div class="state state-error" role="alert">
      <p class="state-title">{title}</p>
      {detail === undefined ? null : <p>{detail}</p>}
      {hint === undefined ? null : <p class="soft">{hint}</p>}
      {requestId === undefined ? null : (
        <p class="soft">
          Request <code>{requestId}</code>
        </p>
      )}
      <button type="button" class="button" onClick={props.retry}>
        Try again
      </button>
    </div>
  );
}

function Stale(props: {
  readonly error: Error;
  readonly atMs: number;
  readonly retry: () => void;
}) {
  return (
    <p class="stale" role="status">
      <span>
        {wordsOf(props.error).title}. Shown as of {clockWithSeconds(props.atMs)} UTC.
      </span>
      <button type="button" class="button button-small" onClick={props.retry}>
        Try again
      </button>
    </p>
  );
}

function wordsOf(error: Error) {
  if (!(error instanceof ForeshockError)) {
    return {
      title: "The page could not read the answer",
      detail: error.message,
      hint: "Reload the page; if it stays, the server and this page are of different versions.",
      requestId: undefined,
    };
  }
  const detail = error.message.startsWith(`${error.title}: `)
    ? error.message.slice(error.title.length + 2)
    : undefined;
  return { title: error.title, detail, hint: error.hint, requestId: error.requestId };
}

/** A panel that has nothing to show, and says why that is good, or what is missing. */
export function Empty(props: {
  readonly kind: "good" | "nodata" | "learning";
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div class={`state state-${props.kind}`}>
      <p class="state-title">{props.title}</p>
      {props.children}
    </div>
  );
}
