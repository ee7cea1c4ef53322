import { BadCursor } from "../platform/platform-errors.ts";

/** Where each partition's list goes on, as text for the reader to hand back. */
export function writeCursor(places: Readonly<Record<number, unknown>>): string {
  return Buffer.from(JSON.stringify(places)).toString("base64url");
}

/** @throws BadCursor for text that is not ours. */
export function readCursor<Place>(
  text: string,
  isPlace: (place: unknown) => place is Place,
): Readonly<Record<number, Place>> {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof cursor === "object" && cursor !== null && Object.values(cursor).every(isPlace)) {
      return cursor as Record<number, Place>;
    }
  } catch {
    // Falls through to the refusal below: whatever it was, we did not write it.
  }
  throw new BadCursor("begin again without the cursor");
}
