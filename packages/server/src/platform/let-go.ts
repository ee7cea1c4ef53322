/**
 * Gives the memory of columns back at once; whatever still looks at them sees nothing. Left to the collector,
 * columns count like a heap that grows, and all of a thread's objects are gone through for their sake, again
 * and again. Buffers that were let go or handed over before are passed over.
 */
export function letGo(buffers: Iterable<ArrayBufferLike>): void {
  for (const buffer of buffers) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}
