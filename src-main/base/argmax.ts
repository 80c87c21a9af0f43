/**
 * Where the largest of `count` values is, from `from` on: its place among them. The first of several; NaN counts as larger than any number, as in torch.argmax
 * and numpy.argmax, so that a network that has gone wrong does not seem to have chosen. 0 where there are no values.
 */
export function argmax(values: ArrayLike<number>, from = 0, count = values.length - from): number {
  let best = 0;
  let largest = values[from] ?? Number.NaN;
  for (let k = 1; k < count && !Number.isNaN(largest); k++) {
    const value = values[from + k] ?? Number.NaN;
    if (!(value <= largest)) [best, largest] = [k, value];
  }
  return best;
}
