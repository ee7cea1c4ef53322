import { AuthError } from "@foreshock/client";
import { QueryCache, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";
import { usePolling } from "./data/asked.ts";
import { isAtTenants } from "./data/at-tenants.ts";
import { ClusterPage } from "./pages/cluster-page.tsx";
import { FleetPage } from "./pages/fleet-page.tsx";
import { MetricPage } from "./pages/metric-page.tsx";
import { NodePage } from "./pages/node-page.tsx";
import { NowPage } from "./pages/now-page.tsx";
import { TenantsPage } from "./pages/tenants-page.tsx";
import { Empty, Failure, Skeleton } from "./parts/await.tsx";
import { Go } from "./parts/go.tsx";
import { Header } from "./parts/header.tsx";
import { HelpDialog } from "./parts/help-dialog.tsx";
import { TenantTitle } from "./parts/page-title.tsx";
import { useShortcuts } from "./parts/shortcuts.ts";
import { QuarantineNotice, StaleNotice } from "./parts/tenant-notices.tsx";
import { forgetKey, keepKey, takeKey } from "./session/key.ts";
import { KeyPage } from "./session/key-page.tsx";
import { clientOf, SessionProvider, useSession } from "./session/session.tsx";
import { type Place, pathOf } from "./state/place.ts";
import { useView } from "./state/use-view.ts";

/** A reply counts as fresh for so long, so that going back and forth asks nothing twice. */
const FRESH_MS = 5_000;

export function App() {
  const [key, setKey] = useState(takeKey);
  const [reason, setReason] = useState<string>();
  const signOut = useCallback((why?: string) => {
    forgetKey();
    setReason(why);
    setKey(null);
  }, []);
  const [queries] = useState(() => queryClient((why) => signOut(why)));
  if (key === null) {
    return (
      <KeyPage
        reason={reason}
        onKey={(given) => {
          queries.clear();
          keepKey(given);
          setReason(undefined);
          setKey(given);
        }}
      />
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <Tenants apiKey={key} signOut={signOut} />
    </QueryClientProvider>
  );
}

/** Any answer that the key is wrong leads to the key page, with the server's reason. */
function queryClient(signOut: (reason: string) => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof AuthError && error.status === 401) signOut(error.message);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    defaultOptions: { queries: { retry: false, staleTime: FRESH_MS } },
  });
}

function Tenants(props: { readonly apiKey: string; readonly signOut: (reason?: string) => void }) {
  const { apiKey, signOut } = props;
  const { place, view } = useView();
  const tenants = useQuery({
    queryKey: ["tenants", apiKey],
    queryFn: ({ signal }) => clientOf(apiKey).tenantNames({ signal }),
  });
  if (tenants.data === undefined) {
    return (
      <main class="page">
        {tenants.error === null ? (
          <Skeleton height={320} />
        ) : (
          <Failure error={tenants.error} retry={() => tenants.refetch()} />
        )}
      </main>
    );
  }
  const names = tenants.data;
  if (names.length === 0) return <NoTenants />;
  const wanted = place !== undefined && "tenant" in place ? place.tenant : view.tenant;
  const tenant = wanted === "" ? names[0] : names.find((name) => name === wanted);
  return (
    <SessionProvider
      apiKey={apiKey}
      tenants={names}
      tenant={tenant ?? names[0] ?? ""}
      signOut={signOut}
    >
      {isAtTenants(place, view.tenant, names.length) ? (
        <Shell>
          <TenantsPage />
        </Shell>
      ) : (
        <Shell>
          <TenantTitle />
          <QuarantineNotice />
          <StaleNotice />
          {tenant === undefined ? <NoTenant name={wanted} /> : <Page />}
        </Shell>
      )}
    </SessionProvider>
  );
}

function Shell({ children }: { readonly children: ReactNode }) {
  const [help, setHelp] = useState(false);
  const showHelp = useCallback(() => setHelp(true), []);
  const { tenants } = useSession();
  useShortcuts(showHelp, tenants.length > 1);
  usePolling();
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header showHelp={showHelp} />
      {children}
      <HelpDialog open={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** Each place is its own page: going to another node keeps nothing of the last one. */
function Page() {
  const { place } = useView();
  if (place === undefined) return <NoPage />;
  return <PageOf key={pathOf(place)} place={place} />;
}

function NoPage() {
  return (
    <main class="page" id="main">
      <Empty kind="nodata" title="There is no such page.">
        <p>
          <Go to={{ page: "now" }}>Go to Now</Go>
        </p>
      </Empty>
    </main>
  );
}

function PageOf({ place }: { readonly place: Place }) {
  switch (place.page) {
    case "tenants":
      return <TenantsPage />;
    case "now":
      return <NowPage />;
    case "fleet":
      return <FleetPage />;
    case "cluster":
      return <ClusterPage place={place} />;
    case "node":
      return <NodePage place={place} />;
    case "metric":
      return <MetricPage place={place} />;
  }
}

/** An operator before the first tenant. */
function NoTenants() {
  return (
    <main class="page" id="main">
      <Empty kind="nodata" title="There is no tenant yet.">
        <p>
          <code>foreshock tenants create acme</code> makes one, then{" "}
          <code>foreshock keys create --tenant acme</code> its first key.
        </p>
      </Empty>
    </main>
  );
}

function NoTenant({ name }: { readonly name: string }) {
  return (
    <main class="page" id="main">
      <Empty kind="nodata" title={`This key sees no tenant "${name}".`}>
        <p>
          <Go to={{ page: "tenants" }} change={{ tenant: "" }}>
            Go to those it sees
          </Go>
        </p>
      </Empty>
    </main>
  );
}
