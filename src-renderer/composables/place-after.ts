/**
 * Where a key leads in a grid of tiles.
 * @param at the place reached, from 0; undefined: none yet, and any arrow leads to the first.
 * @param across tiles in a line.
 * @returns the same place where there is none in that direction; undefined for any other key, and where there are no tiles.
 */
export function placeAfter(key: string, at: number | undefined, across: number, total: number): number | undefined {
  const step = new Map([
    ["ArrowRight", 1],
    ["ArrowLeft", -1],
    ["ArrowDown", across],
    ["ArrowUp", -across],
  ]).get(key);
  const to =
    step !== undefined
      ? at === undefined
        ? 0
        : at + step
      : new Map([
          ["Home", 0],
          ["End", total - 1],
        ]).get(key);
  if (to === undefined || total === 0) return undefined;
  return to >= 0 && to < total ? to : at;
}
