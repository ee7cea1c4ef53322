import { HIDDEN_CHARACTERS } from "../../observe/hidden-characters.ts";

/** Pictures of the first 32 controls begin here: ␀, ␁, ... */
const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = 0x2421;

/**
 * Text of any origin as a person may see it: what a terminal would obey or hide is shown, as its
 * picture (`␛` for escape) or as its number (`\u{202e}`). Applied before colours are.
 */
export function shownText(text: string): string {
  return text.replace(HIDDEN_CHARACTERS, (found) => {
    const code = found.codePointAt(0)!;
    if (code < 32) return String.fromCharCode(PICTURES + code);
    if (code === DELETE) return String.fromCharCode(PICTURE_OF_DELETE);
    return `\\u{${code.toString(16)}}`;
  });
}

/** The same for text of several lines. */
export function shownLines(text: string): string {
  return text.split("\n").map(shownText).join("\n");
}

/** The same value with all texts in it as a person may see them. */
export function shownValue<Value>(value: Value): Value {
  if (typeof value === "string") return shownText(value) as Value;
  if (Array.isArray(value)) return value.map((one) => shownValue(one)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, shownValue(one)] as const);
  return Object.fromEntries(entries) as Value;
}
