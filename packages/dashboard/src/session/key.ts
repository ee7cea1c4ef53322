const STORED = "foreshock.key";

/**
 * The API key of this tab. A `?key=` in the address is moved into the tab's own storage and taken
 * out of the address and of the history, so that it is neither copied nor sent on.
 */
export function takeKey(): string | null {
  const url = new URL(window.location.href);
  const given = url.searchParams.get("key");
  if (given !== null) {
    url.searchParams.delete("key");
    window.history.replaceState(null, "", url.pathname + url.search + url.hash);
    if (given.trim() !== "") keepKey(given.trim());
  }
  return window.sessionStorage.getItem(STORED);
}

export function keepKey(key: string): void {
  window.sessionStorage.setItem(STORED, key);
}

export function forgetKey(): void {
  window.sessionStorage.removeItem(STORED);
}
