/** Node's flag under which imports of our packages lead to their sources, not to what was built last. */
export const FROM_SOURCE = "--conditions=foreshock-source";
