import { type DataType, ML_DOMAIN } from "../onnx/types.js";
import { defineOp, notDifferentiable } from "./op.js";

/** Suffixes of the keys_… and values_… attributes. */
const TABLES = { strings: "string", int64s: "int64", floats: "float32" } as const satisfies Record<string, DataType>;

/** Looks each key up in a table: class names to indices and back. https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html (version 2) */
export const labelEncoder = defineOp({
  type: "LabelEncoder",
  domain: ML_DOMAIN,
  inputs: ["X"],
  infer: (c) => {
    const { dtype, shape } = c.input("X");
    const kinds = Object.keys(TABLES) as readonly (keyof typeof TABLES)[];
    const keys = kinds.find((kind) => c.attribute(`keys_${kind}`)) ?? c.fail("one of keys_strings, keys_int64s, keys_floats is required");
    const values = kinds.find((kind) => c.attribute(`values_${kind}`)) ?? c.fail("one of values_strings, values_int64s, values_floats is required");
    if (dtype !== TABLES[keys]) return c.fail(`keys_${keys} needs an operand of ${TABLES[keys]}`);
    return [{ dtype: TABLES[values], shape }];
  },
  gradient: notDifferentiable("it looks values up in a table"),
});
