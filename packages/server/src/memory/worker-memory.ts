/** The part of a worker thread that tells what its heap takes, also while the thread is busy. */
export interface HeapOfThread {
  getHeapStatistics(): Promise<{
    readonly total_heap_size: number;
    readonly external_memory: number;
  }>;
}

/** Bytes of a thread's heap and of the columns beside it. Rejects where the thread has ended. */
export async function threadBytes(thread: HeapOfThread): Promise<number> {
  const { total_heap_size: heap, external_memory: beside } = await thread.getHeapStatistics();
  return heap + beside;
}
