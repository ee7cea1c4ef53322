export interface RankFlags {
  readonly level: "node" | "metric";
  readonly [key: string]: unknown;
}
export async function rank(..._args: unknown[]): Promise<0> {
  throw new Error("in work");
}
