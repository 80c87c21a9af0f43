/** Places of numbers, the smallest first; equal ones as they come. Quick where they are in order already, as kept predictions are. */
export function inOrder(values: ArrayLike<number>): Uint32Array {
  const n = values.length;
  const places = new Uint32Array(n);
  let sorted = true;
  for (let i = 0; i < n; i++) {
    places[i] = i;
    if (i > 0 && (values[i] ?? 0) < (values[i - 1] ?? 0)) sorted = false;
  }
  return sorted ? places : places.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}
