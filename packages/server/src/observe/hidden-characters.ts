/**
 * Characters that a terminal or an editor obeys instead of showing them: controls of both ranges (escape
 * codes begin with one), marks that turn the direction of writing, what has no width, and ends of lines.
 */
export const HIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * The same JSON, harmless where it is shown: JSON escapes only the first 32 of these characters itself.
 * Line feeds, which no JSON string holds as they are, stay.
 */
export function harmlessJson(text: string): string {
  return text.replace(HIDDEN_CHARACTERS, (found) =>
    found === "\n"
      ? found
      : Array.from({ length: found.length }, (_, k) => unitOf(found, k)).join(""),
  );
}

function unitOf(text: string, k: number): string {
  return `\\u${text.charCodeAt(k).toString(16).padStart(4, "0")}`;
}
