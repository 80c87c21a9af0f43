import { type Attributes, int, text, tensor } from "../../../src-main/onnx/types.js";
import { type Sample, any } from "../../support/samples.js";
import { type OpCase, grad } from "./case.js";

const scaled = (name: string, x: Sample, scales: readonly number[], attributes: Attributes): OpCase =>
  grad("Resize", name, [x], (e, v) => e.op("Resize", [v, undefined, e.constant(tensor("float32", scales))], attributes));
const sized = (name: string, x: Sample, sizes: readonly number[], attributes: Attributes): OpCase =>
  grad("Resize", name, [x], (e, v) => e.op("Resize", [v, undefined, undefined, e.indices(sizes)], attributes));
const shuffled = (name: string, x: Sample, b: number, mode?: string): OpCase =>
  grad("DepthToSpace", name, [x], (e, v) => e.op("DepthToSpace", [v], { blocksize: int(b), ...(mode === undefined ? {} : { mode: text(mode) }) }));
const place = (mode: string) => ({ coordinate_transformation_mode: text(mode) });

export const resizing: readonly OpCase[] = [
  scaled("each element repeated", any("N", 2, 2, 3), [1, 1, 2, 3], { mode: text("nearest"), ...place("asymmetric"), nearest_mode: text("floor") }),
  scaled("nearest, by a part", any("N", 1, 4, 3), [1, 1, 0.5, 1.7], { mode: text("nearest") }),
  scaled("nearest, the place rounded up", any("N", 1, 3, 4), [1, 1, 1.5, 0.6], { mode: text("nearest"), ...place("asymmetric"), nearest_mode: text("ceil") }),
  scaled("linear", any("N", 2, 3, 2), [1, 1, 2, 2.5], { mode: text("linear") }),
  scaled("linear, corners on corners", any("N", 1, 3, 2), [1, 1, 2, 3], { mode: text("linear"), ...place("align_corners") }),
  scaled("linear, smaller", any(2, 1, 5, 4), [1, 1, 0.6, 0.5], { mode: text("linear"), ...place("pytorch_half_pixel") }),
  scaled("cubic", any(1, 1, 4, 3), [1, 1, 1.5, 2], { mode: text("cubic") }),
  sized("linear, to a size", any(2, 1, 3, 5), [2, 1, 4, 3], { mode: text("linear") }),
  sized("nearest, to a size, 1d", any(1, 2, 5), [1, 2, 3], { mode: text("nearest"), ...place("asymmetric"), nearest_mode: text("floor") }),
  shuffled("rest last", any("N", 8, 2, 1), 2),
  shuffled("rest first", any("N", 8, 1, 2), 2, "CRD"),
  shuffled("blocks of three", any(1, 9, 2, 2), 3, "CRD"),
];
