/** Room for some tens of states. */
const BUFFER_BYTES = 65_536;
const ALIGNMENT = 8;

/** A stretch of zeroed memory; `at` is a multiple of 8. */
export interface StateRoom {
  readonly buffer: ArrayBuffer;
  readonly at: number;
}

/**
 * Memory for states that live as long as the process: many lie in one buffer, because a buffer of its
 * own costs a state of 3 KB some 600 bytes more. What is taken is never given back; a buffer is freed
 * when none of its states is used any more. States that come and go should bring their own.
 */
export class StateMemory {
  #buffer = new ArrayBuffer(0);
  #at = 0;

  take(bytes: number): StateRoom {
    const length = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (this.#at + length > this.#buffer.byteLength) {
      this.#buffer = new ArrayBuffer(Math.max(BUFFER_BYTES, length));
      this.#at = 0;
    }
    const room = { buffer: this.#buffer, at: this.#at };
    this.#at += length;
    return room;
  }
}

/** From `memory`, or a buffer of its own. */
export function stateRoom(bytes: number, memory: StateMemory | undefined): StateRoom {
  return memory === undefined ? { buffer: new ArrayBuffer(bytes), at: 0 } : memory.take(bytes);
}
