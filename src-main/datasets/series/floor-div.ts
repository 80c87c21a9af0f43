/** SQL of the floor of x / n, of whole numbers of either sign; DuckDB's own division of whole numbers cuts towards zero. @param x below 1.6e16 */
export function floorDiv(x: string, n: number): string {
  // A multiple of n that makes every x positive.
  const shift = (16_000_000_000_000_000n / BigInt(n) + 1n) * BigInt(n);
  return `((${x} + ${shift}) // ${n} - ${shift / BigInt(n)})`;
}

/** SQL of what is left of x beyond a multiple of n, from 0 on. */
export function floorMod(x: string, n: number): string {
  return `(${x} - ${floorDiv(x, n)} * ${n})`;
}
