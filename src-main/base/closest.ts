import { distance } from "fastest-levenshtein";

/** Longer words are compared with nothing: the distance costs the product of both lengths, and nobody mistypes so much. */
const LONGEST = 100;

/** The candidate nearest to a mistyped word, or undefined where nothing is near (more than a third of it differs). */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST) continue;
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}
