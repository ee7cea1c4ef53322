import { useState } from "react";
import { Logo } from "../theme/logo.tsx";

/** Where one lands without a key. */
export function KeyPage(props: {
  readonly reason: string | undefined;
  readonly onKey: (key: string) => void;
}) {
  const [key, setKey] = useState("");
  return (
    <main class="key-page">
      <form
        class="panel key-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== "") props.onKey(key.trim());
        }}
      >
        <Logo />
        <h1>Sign in with an API key</h1>
        {props.reason === undefined ? null : (
          <p class="note-error" role="alert">
            {props.reason}
          </p>
        )}
        <label for="key">API key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="fsk_…"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button type="submit" class="button button-main" disabled={key.trim() === ""}>
          Open the dashboard
        </button>
        <p class="soft">
          The key stays in this tab and is gone when you close it. On the server,{" "}
          <code>foreshock keys create</code> makes one.
        </p>
      </form>
    </main>
  );
}
