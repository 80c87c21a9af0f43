import { LatheError } from "../../../base/errors.js";
import { ML_DOMAIN } from "../../../onnx/types.js";
import { type Compiling, defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Looks each key up in a table, on the host: TensorFlow.js has no strings to look up. https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html */
export const labelEncoder = defineKernel({
  type: "LabelEncoder",
  domain: ML_DOMAIN,
  compile: (c) => {
    const keys = tableOf(c, "keys") ?? c.unsupported("keys as a tensor");
    const values = tableOf(c, "values") ?? c.unsupported("values as a tensor");
    const table = new Map(keys.entries.map((key, i) => [key, values.entries[i]]));
    const missing = defaultOf(c, values.kind);
    return (operands) => {
      const x = operand(operands, 0);
      const found = (x.dtype === "string" ? [...x.strings()] : Array.from(x.numbers())).map((key) => table.get(key) ?? missing);
      if (values.kind === "strings") return c.hostStrings(x.dims, found.map(String));
      return c.host(values.kind === "floats" ? "float32" : "int64", x.dims, found.map(Number));
    };
  },
});

type Kind = "strings" | "int64s" | "floats";

/** The attribute keys_… or values_… that is there. */
function tableOf(c: Compiling, name: "keys" | "values"): { readonly kind: Kind; readonly entries: readonly (string | number)[] } | undefined {
  for (const kind of ["strings", "int64s", "floats"] as const) {
    const found = c.attribute(`${name}_${kind}`);
    if (found?.type === "strings" || found?.type === "ints") return { kind, entries: found.value };
    if (found?.type === "floats") return { kind, entries: found.value.map(Math.fround) };
  }
  return undefined;
}

function defaultOf(c: Compiling, kind: Kind): string | number {
  const [attribute, usual] = { strings: ["default_string", "_Unused"], int64s: ["default_int64", -1], floats: ["default_float", -0] }[kind] as [
    string,
    string | number,
  ];
  const found = c.attribute(attribute);
  if (found && found.type !== "string" && found.type !== "int" && found.type !== "float")
    throw new LatheError("graph.invalid", `LabelEncoder's ${attribute} is of kind ${found.type}`);
  return found?.value ?? usual;
}
