/** Longest name of a cluster or node in UTF-8 bytes. Source: limits table of the reliability page. */
export const NAME_BYTES_MAX = 256;
/** Longest metric name; remote write puts remaining labels into it. */
export const METRIC_BYTES_MAX = 2048;
export const LABELS_MAX = 30;
export const LABEL_NAME_BYTES_MAX = 256;
export const LABEL_VALUE_BYTES_MAX = 1024;

/** Control characters; NUL, among them, separates the parts of keys. */
const CONTROL = /\p{Cc}/u;

/** What is wrong with a name, for people; undefined when it can be used. */
export function nameFault(name: string, bytesMax: number): string | undefined {
  if (name.trim() === "") return "is empty";
  if (CONTROL.test(name)) return "holds a control character";
  if (!name.isWellFormed()) return "holds half a surrogate pair";
  if (tooLong(name, bytesMax)) return `is longer than ${bytesMax} bytes`;
  return undefined;
}

/** Whether a text takes more than `bytesMax` bytes in UTF-8; cheap for short ones. */
export function tooLong(text: string, bytesMax: number): boolean {
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}
