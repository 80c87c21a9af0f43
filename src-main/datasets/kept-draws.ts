import { Random } from "../base/random.js";

/**
 * Which of the kept draws of its augmentation, from 0, a sample has in an epoch. The first epochs take them in turn, as they were drawn for these; each further
 * round of as many epochs again has each once, from a place of the sample's own on.
 * @param draws how many are kept @param epoch from 1 @param sample a number that is the sample's own
 */
export function keptDraw(draws: number, seed: number, epoch: number, sample: number): number {
  if (draws === 1) return 0;
  const before = Math.max(0, epoch - 1);
  const round = Math.floor(before / draws);
  const shift = round === 0 ? 0 : new Random(seed, "kept draw", round, sample).below(draws);
  return (before + shift) % draws;
}
