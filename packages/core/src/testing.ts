export * from "./engine/contract.ts";
export * from "./store/store-contract.ts";
