import { type Picture, blank } from "./picture.js";

/** Rows of an affine map from a place in the result to one in the picture: x' = a·x + b·y + c, y' = d·x + e·y + f, in pixels. */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export type Interpolation = "nearest" | "bilinear";

/**
 * A picture seen through an affine map, as PIL's `Image.transform(size, AFFINE, map)`: pixel centres at halves, what lies outside is `fill`. Nearest takes the
 * pixel a place lies in; bilinear mixes the four around it, those beyond the edge being the edge.
 */
export function mapped(
  { width, height, channels, data }: Picture,
  size: { readonly width: number; readonly height: number },
  map: AffineMap,
  interpolation: Interpolation,
  fill: readonly number[],
): Picture {
  const out = blank(size.width, size.height, channels, fill);
  if (interpolation === "nearest" && (map[1] !== 0 || map[3] !== 0)) return nearest({ width, height, channels, data }, out, map);
  const [a, b, c, d, e, f] = map;
  const { data: into } = out;
  const [right, bottom, stride] = [width - 1, height - 1, width * channels];
  for (let y = 0, at = 0; y < size.height; y++) {
    const rowU = b * (y + 0.5);
    const rowV = e * (y + 0.5);
    for (let x = 0; x < size.width; x++, at += channels) {
      const u = a * (x + 0.5) + rowU + c;
      const v = d * (x + 0.5) + rowV + f;
      if (u < 0 || u >= width || v < 0 || v >= height) continue;
      if (interpolation === "nearest") {
        const from = Math.floor(v) * stride + Math.floor(u) * channels;
        for (let k = 0; k < channels; k++) into[at + k] = data[from + k] ?? 0;
        continue;
      }
      const across = u - 0.5;
      const down = v - 0.5;
      const left = across < 0 ? -1 : across | 0;
      const top = down < 0 ? -1 : down | 0;
      const s = across - left;
      const t = down - top;
      const x0 = left < 0 ? 0 : left * channels;
      const x1 = left < right ? (left + 1) * channels : x0;
      const above = top < 0 ? 0 : top * stride;
      const below = top < bottom ? (top + 1) * stride : above;
      for (let k = 0; k < channels; k++) {
        const first = data[above + x0 + k] ?? 0;
        const upper = first + s * ((data[above + x1 + k] ?? 0) - first);
        const second = data[below + x0 + k] ?? 0;
        const lower = second + s * ((data[below + x1 + k] ?? 0) - second);
        into[at + k] = (upper + t * (lower - upper)) | 0; // PIL drops the fraction too
      }
    }
  }
  return out;
}

/** In steps of 2⁻¹⁶ pixels, as PIL does: which of two pixels is nearest to a place between them depends on it. */
function nearest({ width, height, channels, data }: Picture, out: Picture, [a, b, c, d, e, f]: AffineMap): Picture {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [stepX, stepY] = [fixed(a), fixed(d)];
  let [rowX, rowY] = [fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5)];
  for (let y = 0, at = 0; y < out.height; y++, rowX += fixed(b), rowY += fixed(e)) {
    for (let x = 0, u = rowX, v = rowY; x < out.width; x++, u += stepX, v += stepY, at += channels) {
      const [px, py] = [u >> 16, v >> 16];
      if (px < 0 || px >= width || py < 0 || py >= height) continue;
      const from = (py * width + px) * channels;
      for (let k = 0; k < channels; k++) out.data[at + k] = data[from + k] ?? 0;
    }
  }
  return out;
}

/** What turns, moves, scales and shears a picture about a point. */
export interface Affine {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels, to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees, along x and y. */
  readonly shear: readonly [number, number];
}

/**
 * The inverse map of an affine change about a centre, as torchvision's `_get_inverse_affine_matrix`:
 * M = T·C·R(angle)·Shear·scale·C⁻¹, of which PIL wants M⁻¹.
 */
export function inverseAffine([cx, cy]: readonly [number, number], { angle, translate: [tx, ty], scale, shear }: Affine): AffineMap {
  const rot = (angle * Math.PI) / 180;
  const [sx, sy] = shear.map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const a = Math.cos(rot - sy) / Math.cos(sy);
  const b = (-Math.cos(rot - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(rot);
  const c = Math.sin(rot - sy) / Math.cos(sy);
  const d = (-Math.sin(rot - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(rot);
  const m = [d / scale, -b / scale, 0, -c / scale, a / scale, 0] as [number, number, number, number, number, number];
  m[2] = m[0] * (-cx - tx) + m[1] * (-cy - ty) + cx;
  m[5] = m[3] * (-cx - tx) + m[4] * (-cy - ty) + cy;
  return m;
}

/** A picture turned about its centre, counter-clockwise as PIL's `Image.rotate`; its corners are cut off. @param angle degrees */
export function rotated(picture: Picture, angle: number, interpolation: Interpolation, fill: readonly number[]): Picture {
  const { width, height } = picture;
  const turn = ((angle % 360) + 360) % 360;
  if (turn === 0) return picture;
  if (turn === 180) return quarterTurned(quarterTurned(picture));
  if ((turn === 90 || turn === 270) && width === height) return turn === 90 ? quarterTurned(picture) : quarterTurned(quarterTurned(quarterTurned(picture)));
  // PIL rounds the map to 15 decimals.
  const rad = (-turn * Math.PI) / 180;
  const [cos, sin] = [round15(Math.cos(rad)), round15(Math.sin(rad))];
  const [cx, cy] = [width / 2, height / 2];
  return mapped(picture, picture, [cos, sin, cos * -cx + sin * -cy + cx, -sin, cos, -sin * -cx + cos * -cy + cy], interpolation, fill);
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}

/** Counter-clockwise by 90 degrees. */
function quarterTurned({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * channels, ((width - 1 - x) * height + y) * channels];
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c] ?? 0;
    }
  }
  return { width: height, height: width, channels, data: out };
}
