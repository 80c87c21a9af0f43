import { type Picture, grayOf, luma } from "./picture.js";

/** PIL's ImageEnhance, on which torchvision's adjustments of PIL images rest: each blends the picture with a plainer one. */

/** out = plain + factor·(picture - plain), in float32, cut to 0 to 255 and its fraction dropped: ImagingBlend. */
function blended({ data, ...rest }: Picture, plain: (i: number) => number, factor: number): Picture {
  const out = new Uint8Array(data.length);
  const alpha = Math.fround(factor);
  for (let i = 0; i < data.length; i++) {
    const base = plain(i);
    const value = Math.fround(base + Math.fround(alpha * ((data[i] ?? 0) - base)));
    out[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
  }
  return { ...rest, data: out };
}

/** 0 is black, 1 the picture. */
export function withBrightness(picture: Picture, factor: number): Picture {
  return blended(picture, () => 0, factor);
}

/** 0 is its mean luma everywhere. */
export function withContrast(picture: Picture, factor: number): Picture {
  const { data } = grayOf(picture);
  let sum = 0;
  for (const value of data) sum += value;
  const mean = Math.floor(sum / data.length + 0.5);
  return blended(picture, () => mean, factor);
}

/** 0 is gray. */
export function withSaturation(picture: Picture, factor: number): Picture {
  if (picture.channels === 1) return picture;
  const { data } = grayOf(picture);
  return blended(picture, (i) => data[Math.floor(i / 3)] ?? 0, factor);
}

/** Turns hues by a share of the circle, by way of PIL's HSV with 8 bits a channel. */
export function withHue(picture: Picture, share: number): Picture {
  if (picture.channels === 1) return picture;
  const turn = Math.trunc(share * 255) & 255;
  const { data } = picture;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [h, s, v] = toHsv(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0);
    toRgb((h + turn) & 255, s, v, out, i);
  }
  return { ...picture, data: out };
}

/** As PIL's rgb2hsv_row. */
function toHsv(r: number, g: number, b: number): readonly [number, number, number] {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  if (most === least) return [0, 0, most];
  const span = most - least;
  const f = Math.fround;
  const s = f(span / most);
  const [rc, gc, bc] = [f((most - r) / span), f((most - g) / span), f((most - b) / span)];
  let h = r === most ? f(bc - gc) : g === most ? f(2 + rc - bc) : f(4 + gc - rc);
  h = f((((h / 6 + 1) % 1) + 1) % 1);
  const cut = (value: number) => Math.min(255, Math.max(0, Math.trunc(value)));
  return [cut(h * 255), cut(s * 255), most];
}

/** As PIL's hsv2rgb. */
function toRgb(h: number, s: number, v: number, out: Uint8Array, at: number): void {
  if (s === 0) {
    out.fill(v, at, at + 3);
    return;
  }
  const f = Math.fround;
  const place = f((h * 6) / 255);
  const i = Math.floor(place);
  const rest = f(place - i);
  const share = f(s / 255);
  const cut = (value: number) => Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  const p = cut(f(v * f(1 - share)));
  const q = cut(f(v * f(1 - f(share * rest))));
  const t = cut(f(v * f(1 - f(share * f(1 - rest)))));
  const [r, g, b] = [[v, t, p], [q, v, p], [p, v, t], [p, q, v], [t, p, v], [v, p, q]][i % 6] ?? [v, v, v];
  out[at] = r ?? 0;
  out[at + 1] = g ?? 0;
  out[at + 2] = b ?? 0;
}

/** The picture in gray, in as many channels. */
export function desaturated(picture: Picture): Picture {
  if (picture.channels === 1) return picture;
  const { data } = picture;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) out.fill(luma(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0), i, i + 3);
  return { ...picture, data: out };
}
