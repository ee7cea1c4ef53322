/** One page of a list; `nextCursor` is null on the last. */
export interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

/** A list that fetches its own next pages: `for await (const row of list)`, or `page()` by hand. */
export interface Pages<Row> extends AsyncIterable<Row> {
  /** One page: the first, or the one `cursor` names. */
  page(cursor?: string): Promise<Page<Row>>;
}

/** @throws Error where the server hands out the cursor it was just given: the list would never end. */
export function pages<Row>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Row>>,
): Pages<Row> {
  return {
    page: (cursor) => fetchPage(cursor),
    async *[Symbol.asyncIterator]() {
      let cursor: string | undefined;
      do {
        const { data, nextCursor } = await fetchPage(cursor);
        yield* data;
        if (nextCursor !== null && nextCursor === cursor) {
          throw new Error(`the server repeats the cursor "${nextCursor}"`);
        }
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
  };
}
