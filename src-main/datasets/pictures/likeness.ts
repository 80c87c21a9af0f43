import { type Picture, grayOf } from "../../transforms/picture.js";
import { resized } from "../../transforms/resample.js";

/**
 * A 64-bit fingerprint of how a picture looks (dHash): the picture in gray at 9 × 8, each bit whether a pixel is brighter than the one to its right. Pictures that look
 * alike, resized or compressed anew, differ in few bits. As 16 hexadecimal digits.
 */
export function likenessOf(picture: Picture): string {
  const { data } = resized(grayOf(picture), 9, 8);
  let digits = "";
  for (let y = 0; y < 8; y++) {
    let bits = 0;
    for (let x = 0; x < 8; x++) bits = bits * 2 + ((data[y * 9 + x] ?? 0) > (data[y * 9 + x + 1] ?? 0) ? 1 : 0);
    digits += bits.toString(16).padStart(2, "0");
  }
  return digits;
}
