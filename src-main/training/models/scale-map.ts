/** To [0, 1] by the largest; a map of zeros stays so. */
export function scaleToOne(map: Float32Array): { readonly map: Float32Array; readonly peak: number } {
  let peak = 0;
  for (const value of map) if (value > peak) peak = value;
  return { map: peak > 0 ? map.map((value) => value / peak) : map, peak };
}

/**
 * A map `[h, w]` at another size `[height, width]`: bilinear between the middles of cells, the outermost repeated beyond, as torch's `interpolate` with
 * `mode="bilinear"`, `align_corners=False`.
 */
export function resizeMap(map: Float32Array, h: number, w: number, height: number, width: number): Float32Array {
  const [rows, columns] = [placesOf(h, height), placesOf(w, width)];
  const resized = new Float32Array(height * width);
  const at = (y: number, x: number) => map[y * w + x] ?? 0;
  rows.forEach(({ from: top, to: bottom, share: down }, y) =>
    columns.forEach(({ from: left, to: right, share: across }, x) => {
      const upper = at(top, left) * (1 - across) + at(top, right) * across;
      const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
      resized[y * width + x] = upper * (1 - down) + lower * down;
    }),
  );
  return resized;
}

/** For each of `to` places the two of `from` it lies between, and how far. */
function placesOf(from: number, to: number): readonly { readonly from: number; readonly to: number; readonly share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const first = Math.min(from - 1, Math.floor(place));
    return { from: first, to: Math.min(from - 1, first + 1), share: place - first };
  });
}
