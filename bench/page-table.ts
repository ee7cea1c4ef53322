/** A table of the page with what a stranger must know to read it. */
export interface PageTable {
  readonly title: string;
  readonly notes: readonly string[];
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
