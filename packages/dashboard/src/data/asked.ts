import type { Foreshock } from "@foreshock/client";
import {
  keepPreviousData,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { useSession } from "../session/session.tsx";
import { askedRange, followsNow, type MsRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";

/** How often a live page asks again. */
const POLL_MS = 10_000;

export type Asked<Data> = UseQueryResult<Data, Error>;
export type Ask<Reply> = (client: Foreshock, signal: AbortSignal) => Promise<Reply>;

/** A reply with the range it was asked for, which moves on while the page is live. */
export interface Ranged<Reply> {
  readonly range: MsRange;
  readonly reply: Reply;
}

/** A question of the current tenant, and the part of its answer that is shown here. */
export interface Question<Reply, Data = Reply> {
  readonly name: string;
  readonly parts: readonly unknown[];
  readonly ask: Ask<Reply>;
  /** Must give the same object for the same reply, as drawing follows identity. */
  readonly select?: ((reply: Reply) => Data) | undefined;
}

/**
 * Asks a question of the current tenant; whoever asks the same one shares its answer. It is asked again by
 * `usePolling`. The client asks whether the answer has changed, and gives the same object if it has not.
 */
export function useAsked<Reply, Data = Reply>(question: Question<Reply, Data>): Asked<Data> {
  const { client, tenant } = useSession();
  const { name, parts, ask, select } = question;
  return useQuery<Reply, Error, Data>({
    queryKey: [tenant, name, ...parts],
    queryFn: ({ signal }) => ask(client, signal),
    placeholderData: keepPreviousData as never,
    // The client has compared already.
    structuralSharing: false,
    meta: { polled: true },
    ...(select === undefined ? {} : { select }),
  });
}

/** A question about the page's range. */
export function useRanged<Reply, Data = Ranged<Reply>>(question: {
  readonly name: string;
  readonly parts: readonly unknown[];
  readonly ask: (client: Foreshock, range: MsRange, signal: AbortSignal) => Promise<Reply>;
  readonly select?: ((reply: Ranged<Reply>) => Data) | undefined;
}): Asked<Data> {
  const { view } = useView();
  const { name, parts, ask, select } = question;
  return useAsked<Ranged<Reply>, Data>({
    name,
    parts: [view.from, view.to, ...parts],
    ask: async (client, signal) => {
      const range = askedRange(view, Date.now());
      return { range, reply: await ask(client, range, signal) };
    },
    select,
  });
}

/**
 * Asks all questions of a live page again every ten seconds while it is in sight: each once, however many
 * parts of the page show its answer. Mounted once.
 */
export function usePolling(): void {
  const queries = useQueryClient();
  const { view } = useView();
  const isLive = view.live && followsNow(view);
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      void queries.refetchQueries(
        { type: "active", predicate: ({ meta }) => meta?.polled === true },
        { cancelRefetch: false },
      );
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [queries, isLive]);
}
