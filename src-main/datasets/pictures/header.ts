import { formatOf } from "./formats.js";
import { pnmHeader } from "./pnm.js";

/**
 * Pixels that the header of a BMP, PNG, JPEG or PNM tells of, without a decoder: libvips needs half a millisecond, and every picture is asked.
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
    case "pnm": {
      const header = pnmHeader(file);
      return header && header.width * header.height;
    }
    default:
      return undefined;
  }
}

function bmp(view: DataView): number | undefined {
  if (view.byteLength < 26) return undefined;
  const old = view.getUint32(14, true) === 12;
  return old ? view.getUint16(18, true) * Math.abs(view.getInt16(20, true)) : Math.abs(view.getInt32(18, true) * view.getInt32(22, true));
}

function jpeg(view: DataView): number | undefined {
  const at = startOfFrame(view);
  return at === undefined ? undefined : view.getUint16(at + 5) * view.getUint16(at + 7);
}

/** How many components a JPEG has: 1 is gray, 3 colours, 4 inks; undefined where its header is cut short. */
export function jpegComponents(file: Uint8Array): number | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = startOfFrame(view);
  return at === undefined || at + 10 > view.byteLength ? undefined : view.getUint8(at + 9);
}

/** Where the first start of frame (SOF) is, one of the markers C0 to CF but for three. ITU-T T.81, B.2 */
function startOfFrame(view: DataView): number | undefined {
  for (let at = 2; at + 9 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return undefined;
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) return at;
    else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
