/** The epoch whose weights a run ends with, or would if it ended now: the best one, where a run restores it, else the last. @param epochs ascending */
export function keptEpoch<E extends { readonly best: boolean }>(epochs: readonly E[]): E | undefined {
  return epochs.findLast(({ best }) => best) ?? epochs.at(-1);
}
