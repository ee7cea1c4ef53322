import { Foreshock } from "@foreshock/client";
import { CliError, EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** Flags every command that talks to a server shares. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly tenant?: string | undefined;
  readonly timeout?: number | undefined;
}

const DEFAULT_URL = "http://127.0.0.1:7070";

/** A client for the server the flags or the environment name. @throws CliError without a key. */
export function connect(
  flags: ConnectionFlags,
  { env }: Pick<Io, "env">,
  { retries }: { readonly retries?: number } = {},
): Foreshock {
  const url = flags.url ?? env.FORESHOCK_URL ?? DEFAULT_URL;
  const key = flags.key ?? env.FORESHOCK_KEY ?? "";
  if (key.trim() === "") {
    throw new CliError(
      "no API key",
      EXIT.auth,
      "set --key or FORESHOCK_KEY; `foreshock keys create` creates one",
    );
  }
  try {
    const timeoutMs = flags.timeout === undefined ? undefined : 1000 * flags.timeout;
    return new Foreshock({ url, key, tenant: flags.tenant, timeoutMs, retries });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(error.message, EXIT.usage, "give the server's address with --url");
  }
}
