import { formatOf } from "./formats.js";

/**
 * Pixels that the header of a BMP, PNG or JPEG tells of, without a decoder: libvips needs half a millisecond, and every picture is asked.
 * @returns undefined for other formats, and where the header is cut short.
 */
export function pixelsByHeader(file: Uint8Array): number | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  switch (formatOf(file)) {
    case "bmp":
      return bmp(view);
    case "png":
      return view.byteLength < 24 ? undefined : view.getUint32(16) * view.getUint32(20);
    case "jpeg":
      return jpeg(view);
    default:
      return undefined;
  }
}

function bmp(view: DataView): number | undefined {
  if (view.byteLength < 26) return undefined;
  const old = view.getUint32(14, true) === 12;
  return old ? view.getUint16(18, true) * Math.abs(view.getInt16(20, true)) : Math.abs(view.getInt32(18, true) * view.getInt32(22, true));
}

/** In the first start of frame (SOF), one of the markers C0 to CF but for three. ITU-T T.81, B.2 */
function jpeg(view: DataView): number | undefined {
  for (let at = 2; at + 9 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return undefined;
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) return view.getUint16(at + 5) * view.getUint16(at + 7);
    else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
