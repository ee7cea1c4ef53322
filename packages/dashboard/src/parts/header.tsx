import { useAtTenants } from "../data/at-tenants.ts";
import { useSession } from "../session/session.tsx";
import { useView } from "../state/use-view.ts";
import { Logo } from "../theme/logo.tsx";
import { chooseTheme, nextChoice, useTheme } from "../theme/theme.ts";
import { Go } from "./go.tsx";
import { LiveToggle, RangeMenu } from "./range-menu.tsx";

export function Header({ showHelp }: { readonly showHelp: () => void }) {
  const { place } = useView();
  const { tenants } = useSession();
  const atTenants = useAtTenants();
  const inFleet = place !== undefined && place.page !== "now" && !atTenants;
  return (
    <header class="header">
      <Go to={{ page: "now" }} class="home" title="Foreshock, to Now">
        <Logo />
      </Go>
      <nav aria-label="Pages">
        {tenants.length < 2 ? null : (
          <Go to={{ page: "tenants" }} current={atTenants}>
            Tenants
          </Go>
        )}
        {atTenants && tenants.length > 1 ? null : (
          <>
            <Go to={{ page: "now" }} current={place?.page === "now" && !atTenants}>
              Now
            </Go>
            <Go to={{ page: "fleet" }} current={inFleet}>
              Fleet
            </Go>
          </>
        )}
      </nav>
      <TenantSelect />
      <div class="header-tools">
        <RangeMenu />
        <span class="utc" title="All times are UTC">
          UTC
        </span>
        <LiveToggle />
        <ThemeButton />
        <button type="button" class="button icon" title="Help and keys (?)" onClick={showHelp}>
          <span aria-hidden="true">?</span>
          <span class="visually-hidden">Help</span>
        </button>
      </div>
    </header>
  );
}

/** For keys that see several tenants; elsewhere the tenant's name. */
function TenantSelect() {
  const { tenants, tenant } = useSession();
  const { place, view, go } = useView();
  const atTenants = useAtTenants();
  if (atTenants) return null;
  if (tenants.length < 2) return <span class="tenant">{tenant}</span>;
  return (
    <label class="field tenant-field">
      <span class="visually-hidden">Tenant</span>
      <select
        value={tenant}
        onChange={(event) => {
          const page = place?.page === "fleet" || "cluster" in (place ?? {}) ? "fleet" : "now";
          go({ page }, { ...view, tenant: event.currentTarget.value });
        }}
      >
        {tenants.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeButton() {
  const { choice } = useTheme();
  const next = nextChoice(choice);
  return (
    <button
      type="button"
      class="button icon"
      title={`Theme: ${choice}. Change to ${next}`}
      onClick={() => chooseTheme(next)}
    >
      <ThemeIcon choice={choice} />
      <span class="visually-hidden">Theme: {choice}</span>
    </button>
  );
}

function ThemeIcon({ choice }: { readonly choice: "system" | "light" | "dark" }) {
  const paths = {
    light:
      "M8 4.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8zM8 .8v1.6M8 13.6v1.6M.8 8h1.6M13.6 8h1.6M2.9 2.9 4 4M12 12l1.1 1.1M2.9 13.1 4 12M12 4l1.1-1.1",
    dark: "M13.6 9.7A6 6 0 0 1 6.3 2.4a6 6 0 1 0 7.3 7.3z",
    system: "M1.8 2.8h12.4v8.4H1.8zM5.6 13.8h4.8M8 11.2v2.6",
  };
  return (
    <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" class="icon-line">
      <path d={paths[choice]} />
    </svg>
  );
}
