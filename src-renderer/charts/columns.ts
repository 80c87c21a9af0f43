/** Work on columns of numbers, quick enough to be done while training: a hundred thousand epochs take about a millisecond. */

/** The place of the first x that is not below a bound; the length where there is none. @param x ascending */
export function firstFrom(x: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place whose x is nearest; -1 where there is none. @param x ascending */
export function nearest(x: ArrayLike<number>, wanted: number): number {
  const after = firstFrom(x, wanted);
  if (after === 0) return x.length === 0 ? -1 : 0;
  if (after === x.length) return after - 1;
  return (x[after] ?? 0) - wanted < wanted - (x[after - 1] ?? 0) ? after : after - 1;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Points to draw: all of them, or the least and the greatest of each of many equal stretches, so that no peak is lost.
 * @param from,to the x in view; the neighbours outside are kept, so that lines run over the edge.
 * @param most how many points, about.
 * @param positive omits what a logarithmic axis cannot show.
 */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>, from: number, to: number, most: number, positive = false): Point[] {
  const first = Math.max(0, firstFrom(x, from) - 1);
  let last = firstFrom(x, to);
  // A curve may rise or fall at one x.
  while (x[last] === to) last++;
  last = Math.min(x.length - 1, last);
  const shown = (i: number): boolean => {
    const value = y[i];
    return value !== undefined && Number.isFinite(value) && (!positive || value > 0);
  };
  const point = (i: number): Point => ({ x: x[i] ?? 0, y: y[i] ?? 0 });
  const points: Point[] = [];
  const count = last - first + 1;
  if (count <= most) {
    for (let i = first; i <= last; i++) if (shown(i)) points.push(point(i));
    return points;
  }
  const stretch = Math.ceil((2 * count) / most);
  for (let start = first; start <= last; start += stretch) {
    let [least, greatest] = [-1, -1];
    for (let i = start; i < start + stretch && i <= last; i++) {
      if (!shown(i)) continue;
      if (least < 0 || (y[i] ?? 0) < (y[least] ?? 0)) least = i;
      if (greatest < 0 || (y[i] ?? 0) > (y[greatest] ?? 0)) greatest = i;
    }
    if (least < 0) continue;
    points.push(point(Math.min(least, greatest)));
    if (least !== greatest) points.push(point(Math.max(least, greatest)));
  }
  return points;
}

/**
 * Exponential moving average without the bias of its beginning, as TensorBoard draws it: sₙ = (1 − w) Σ wⁿ⁻ⁱ yᵢ / (1 − wⁿ).
 * @param weight of the past, 0 to below 1; 0 gives the values themselves. @returns NaN where there is no value.
 */
export function smoothed(y: ArrayLike<number>, weight: number): ArrayLike<number> {
  if (weight <= 0) return y;
  const out = new Float64Array(y.length);
  let [running, correction] = [0, 1];
  for (let i = 0; i < y.length; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      out[i] = Number.NaN;
      continue;
    }
    running = weight * running + (1 - weight) * value;
    correction *= weight;
    out[i] = running / (1 - correction);
  }
  return out;
}
