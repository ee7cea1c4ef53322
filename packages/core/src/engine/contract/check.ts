/** One sentence of a contract, and the check that throws where an engine does not keep it. */
export interface Check {
  readonly says: string;
  readonly run: () => void | Promise<void>;
}
