/** Epochs of a run that are held at once, about: more than a curve has pixels, and few enough to hold and to send of any run. */
const mostEpochs = 10_000;

/**
 * The same epochs where there are at most 2 × most of them; else about half as many or fewer, evenly spread, so that a run of any length is held in bounded
 * memory by thinning it whenever it has grown.
 *
 * The first of every stretch of 2ᵏ epoch numbers is kept, for the smallest k that leaves at most 1½ × most. Stretches lie within those of a larger k, so
 * thinning again and again leaves what thinning all at once would; halving by position would wear the beginning of a long run away. Besides, the last epoch and
 * the last best one are kept.
 * @param epochs ascending
 */
export function thinEpochs<E extends { readonly epoch: number; readonly best: boolean }>(epochs: readonly E[], most = mostEpochs): readonly E[] {
  if (epochs.length <= 2 * most) return epochs;
  const best = epochs.findLast((event) => event.best);
  let stretch = 2;
  let kept = firstOfEach(epochs, stretch);
  while (kept.length > 1.5 * most) kept = firstOfEach(kept, (stretch *= 2));
  const wanted = new Set(kept);
  return epochs.filter((event, i) => wanted.has(event) || event === best || i === epochs.length - 1);
}

function firstOfEach<E extends { readonly epoch: number }>(epochs: readonly E[], stretch: number): readonly E[] {
  let before = -1;
  return epochs.filter(({ epoch }) => {
    const at = Math.floor(epoch / stretch);
    const first = at !== before;
    before = at;
    return first;
  });
}
