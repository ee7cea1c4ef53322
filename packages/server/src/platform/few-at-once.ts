/**
 * What `ask` gives for each item, in their order, for at most `most` of them at a time. Rejects with the first that does;
 * what comes after those under way is then not asked for.
 *
 * @param before awaited before each few are begun.
 */
export async function fewAtOnce<Item, Answer>(
  items: readonly Item[],
  most: number,
  ask: (item: Item) => Promise<Answer>,
  before: (count: number) => Promise<unknown> | undefined = () => undefined,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < items.length; first += most) {
    const some = items.slice(first, first + most);
    await before(some.length);
    for (const answer of await Promise.all(some.map(ask))) answers.push(answer);
  }
  return answers;
}
