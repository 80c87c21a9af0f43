/** Longer words are compared with nothing: the distance costs the product of both lengths, and nobody mistypes so much. */
const LONGEST = 100;

/**
 * The candidate nearest to a mistyped word, or undefined where nothing is near: more than a third of it differs, of short words more than half, unless letters
 * are only swapped.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(word.length / 3)) + 1;
  // Of two that differ only in case, the one in the word's own.
  let bestInCase = Infinity;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST) continue;
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d > bestDistance || (d === bestDistance && best === undefined)) continue;
    if (2 * d > Math.max(word.length, candidate.length) && !isSwapped(word, candidate)) continue;
    const inCase = distance(word, candidate);
    if (d < bestDistance || inCase < bestInCase) [best, bestDistance, bestInCase] = [candidate, d, inCase];
  }
  return best;
}

/** Whether two words are made of the same letters. */
function isSwapped(a: string, b: string): boolean {
  const letters = (word: string) => Array.from(word.toLowerCase()).sort().join("");
  return letters(a) === letters(b);
}

/** The known word that an unknown one may be meant for. Of a short word less may differ than of a mistyped command: dog is no mistyped cow. */
export function nearestKnown(word: string, known: readonly string[]): string | undefined {
  const nearest = closest(word, known);
  return nearest !== undefined && distance(word.toLowerCase(), nearest.toLowerCase()) * 3 <= word.length ? nearest : undefined;
}

/** Levenshtein's: how many characters must be put in, taken out or changed to make one word the other. O(length of a × length of b). */
export function distance(a: string, b: string): number {
  // Of the first i characters of a: the distance to the first j of b.
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
