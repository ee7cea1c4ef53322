import { Foreshock } from "@foreshock/client";
import { createContext, type ReactNode, useContext, useMemo } from "react";

export interface Session {
  /** All tenants the key may see, sorted. */
  readonly tenants: readonly string[];
  readonly tenant: string;
  readonly client: Foreshock;
  /** Names no tenant: for the list of all that the key sees. */
  readonly tenantlessClient: Foreshock;
  signOut(reason?: string): void;
}

const Context = createContext<Session | null>(null);

/** Who asks, for which tenant. @throws Error outside of a `SessionProvider`. */
export function useSession(): Session {
  const session = useContext(Context);
  if (session === null) throw new Error("useSession outside of SessionProvider");
  return session;
}

/** Attempts after the first: few, because the page polls and shows what it has meanwhile. */
const RETRIES = 1;

/** A client of the server that served this page. */
export function clientOf(key: string, tenant?: string): Foreshock {
  return new Foreshock({ url: window.location.origin, key, tenant, retries: RETRIES });
}

export function SessionProvider(props: {
  readonly apiKey: string;
  readonly tenants: readonly string[];
  readonly tenant: string;
  readonly signOut: (reason?: string) => void;
  readonly children: ReactNode;
}) {
  const { apiKey, tenants, tenant, signOut, children } = props;
  const session = useMemo<Session>(() => {
    return {
      ...{ tenants, tenant, client: clientOf(apiKey, tenant) },
      ...{ tenantlessClient: clientOf(apiKey), signOut },
    };
  }, [apiKey, tenants, tenant, signOut]);
  return <Context.Provider value={session}>{children}</Context.Provider>;
}
