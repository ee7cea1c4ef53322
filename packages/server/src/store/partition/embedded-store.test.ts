import type { Store } from "@foreshock/core";
import { afterEach, describe } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import { embeddedStore } from "./embedded-store.ts";

// The contract is a test file of the core, which its public door does not lead to.
const CONTRACT = new URL("../../../../core/src/store/store-contract.ts", import.meta.url).href;
const { storeContract }: { storeContract: (open: () => Store) => void } = await import(CONTRACT);

describe("embeddedStore", () => {
  let place: Scratch | undefined;
  afterEach(() => place?.remove());

  storeContract(() => {
    place = scratch();
    return embeddedStore(place.dir);
  });
});
