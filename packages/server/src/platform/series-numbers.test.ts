import type { SeriesNumber } from "@foreshock/core/fold";
import { expect, it } from "vitest";
import type { Handle, StoreId } from "./series-numbers.ts";

it("numberings do not mix: each wrong line below is one that the compiler refuses", () => {
  const handle: Handle = 7;
  // @ts-expect-error a handle is not the store's number
  const storeId: StoreId = handle;
  // @ts-expect-error nor the fold's
  const series: SeriesNumber = handle;
  const plain: number = handle;
  expect([storeId, series, plain]).toEqual([7, 7, 7]);
});
