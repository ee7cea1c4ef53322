/** The mark: a quiet line, and the small tremor before the big one. */
export function Logo() {
  return (
    <span class="logo">
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
        <path
          d="M1.5 13h4l1.6-3.6L9 15.5 10.6 13h1.6l2.4-8.5 3.2 14 2-5.5h2.7"
          fill="none"
          stroke="currentColor"
          stroke-width="1.9"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
      <span class="logo-word">Foreshock</span>
    </span>
  );
}
