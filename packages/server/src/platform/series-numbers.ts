import type { NumberIn } from "@foreshock/core/fold";

/** The main thread's number for a series of any tenant; it dies with the process. */
export type Handle = NumberIn<"main thread">;

/** The number that a partition's store keeps a series under; it lives as long as the files. */
export type StoreId = NumberIn<"store">;
