import { type Picture, grayOf } from "./picture.js";

/** PIL's ImageEnhance, on which torchvision's adjustments of PIL images rest: each blends the picture with a plainer one. */

/** plain + factor·(value - plain), in float32, cut to 0 to 255 and its fraction dropped: ImagingBlend. @param alpha the factor in float32 */
function blend(plain: number, value: number, alpha: number): number {
  const blended = Math.fround(plain + Math.fround(alpha * (value - plain)));
  return blended <= 0 ? 0 : blended >= 255 ? 255 : blended;
}

/** Blended with one plain value, by a table. */
function blended({ width, height, channels, data }: Picture, plain: number, factor: number): Picture {
  const alpha = Math.fround(factor);
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) table[value] = blend(plain, value, alpha);
  const out = new Uint8Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = table[data[i] ?? 0] ?? 0;
  return { width, height, channels, data: out };
}

/** 0 is black, 1 the picture. */
export function withBrightness(picture: Picture, factor: number): Picture {
  return blended(picture, 0, factor);
}

/** 0 is its mean luma everywhere. */
export function withContrast(picture: Picture, factor: number): Picture {
  const { data } = grayOf(picture);
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ?? 0;
  return blended(picture, Math.floor(sum / data.length + 0.5), factor);
}

/** 0 is gray. */
export function withSaturation(picture: Picture, factor: number): Picture {
  if (picture.channels === 1) return picture;
  const { data } = picture;
  const gray = grayOf(picture).data;
  const alpha = Math.fround(factor);
  const out = new Uint8Array(data.length);
  for (let i = 0, k = 0; i < gray.length; i++, k += 3) {
    const plain = gray[i] ?? 0;
    out[k] = blend(plain, data[k] ?? 0, alpha);
    out[k + 1] = blend(plain, data[k + 1] ?? 0, alpha);
    out[k + 2] = blend(plain, data[k + 2] ?? 0, alpha);
  }
  return { ...picture, data: out };
}

/** Turns hues by a share of the circle, by way of PIL's HSV with 8 bits a channel. */
export function withHue(picture: Picture, share: number): Picture {
  if (picture.channels === 1) return picture;
  const turn = Math.trunc(share * 255) & 255;
  const { data } = picture;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0];
    const most = Math.max(r, g, b);
    const span = most - Math.min(r, g, b);
    writeRgb((hueOf(r, g, b, most, span) + turn) & 255, span === 0 ? 0 : Math.trunc(Math.fround(span / most) * 255), most, out, i);
  }
  return { ...picture, data: out };
}

/** Hue in 256 parts of the circle, as PIL's rgb2hsv_row. */
function hueOf(r: number, g: number, b: number, most: number, span: number): number {
  if (span === 0) return 0;
  const f = Math.fround;
  const [rc, gc, bc] = [f((most - r) / span), f((most - g) / span), f((most - b) / span)];
  const sixths = r === most ? f(bc - gc) : g === most ? f(2 + rc - bc) : f(4 + gc - rc);
  const turns = sixths / 6 + 1; // from 5/6 to 11/6
  return Math.trunc(f(turns >= 1 ? turns - 1 : turns) * 255);
}

/** As PIL's hsv2rgb, at a place of a picture. */
function writeRgb(h: number, s: number, v: number, out: Uint8Array, at: number): void {
  const f = Math.fround;
  const place = f((h * 6) / 255);
  const i = Math.floor(place);
  const rest = f(place - i);
  const share = f(s / 255);
  const round = (value: number) => Math.floor(value + 0.5);
  const p = round(f(v * f(1 - share)));
  const q = round(f(v * f(1 - f(share * rest))));
  const t = round(f(v * f(1 - f(share * f(1 - rest)))));
  const sixth = i % 6;
  out[at] = sixth === 0 || sixth === 5 ? v : sixth === 1 ? q : sixth === 4 ? t : p;
  out[at + 1] = sixth === 1 || sixth === 2 ? v : sixth === 0 ? t : sixth === 3 ? q : p;
  out[at + 2] = sixth === 3 || sixth === 4 ? v : sixth === 2 ? t : sixth === 5 ? q : p;
}

/** The picture in gray, in as many channels. */
export function desaturated(picture: Picture): Picture {
  return withSaturation(picture, 0);
}
