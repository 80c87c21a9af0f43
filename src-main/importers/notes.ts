import { type Node, type Value, sizeOf } from "../onnx/types.js";
import { lastActivation } from "./end.js";
import type { NormalForm } from "./normal-form.js";
import type { ForeignModel } from "./read-file.js";

/** From so many convolutions on, a network without batch norm has probably had it. */
const DEEP = 8;
const QUANTISED = /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinear\w+|MatMulInteger|ConvInteger)$/;

/** What people stumble over in others' files, in sentences. @param end the value at which the network ends */
export function notesOf(file: ForeignModel, form: NormalForm, shared: readonly string[], end?: Value): readonly string[] {
  const { model, converted, external } = file;
  const { nodes, initializers } = model.graph;
  const byOp = (op: string) => nodes.filter((node) => node.op === op);
  const first = (list: readonly Node[]) => list[0]?.name ?? "";
  const notes: string[] = [];
  for (const [type, count] of converted)
    notes.push(
      `${count} tensor${count === 1 ? "" : "s"} or values of ${type} become ${type.includes("int") ? "int32 or int64" : "float32"}, which Lathe computes in`,
    );
  const quantised = nodes.filter(({ op }) => QUANTISED.test(op));
  if (quantised.length > 0)
    notes.push(
      `the network is quantised (${quantised.length} such nodes, the first ${first(quantised)}), and whole numbers have no gradient; import the float32 file ` +
        `that it was made from`,
    );
  const strange = byOp("GRU").filter(({ attributes }) => attributes["linear_before_reset"]?.type !== "int" || attributes["linear_before_reset"].value === 0);
  if (strange.length > 0)
    notes.push(
      `GRU (${first(strange)}) has linear_before_reset 0, which is not PyTorch's GRU and has no gradient here: it can be used frozen; if PyTorch wrote the ` +
        `file, its exporter did so wrongly, so export it again with a newer one`,
    );
  const convolutions = byOp("Conv");
  if (
    convolutions.length >= DEEP &&
    byOp("BatchNormalization").length === 0 &&
    convolutions.filter(({ inputs }) => inputs.length > 2).length > convolutions.length / 2
  )
    notes.push(
      `${convolutions.length} convolutions with biases and no batch norm: it was probably folded into them, and such networks learn less well; export with ` +
        `training=TrainingMode.PRESERVE to keep it`,
    );
  if (form.frozenBatch !== undefined) notes.push(`the file is frozen to a batch of ${form.frozenBatch}, which is loosened to any number of samples`);
  const activation = lastActivation(form);
  if (activation)
    notes.push(
      `it ends with ${activation.name} (${activation.op}), which Lathe's losses do themselves` +
        (activation.value.name === end?.name ? "; a head behind it would learn from shares: end the network before it, with --until" : ": it is left out"),
    );
  const scaling = inputScaling(nodes, new Set(form.inputs.map(({ name }) => name)), new Set(initializers.keys()));
  if (scaling) notes.push(`its first node ${scaling.name} (${scaling.op}) seems to normalise the input, so that it wants 0..1 or 0..255 as it is`);
  if (external) notes.push("its weights lie in files beside it; the project has a copy with all inside");
  if (shared.length > 0)
    notes.push(
      `${shared.length} tensor${shared.length === 1 ? " is" : "s are"} shared by several nodes (${shared.slice(0, 3).join(", ")}` +
        `${shared.length > 3 ? ", …" : ""}); here each has a copy of its own, which learns by itself`,
    );
  const open = form.inputs.filter(({ shape }) => shape.slice(1).some((d) => typeof d === "string"));
  for (const { name, shape } of open)
    notes.push(`the input ${name} is open, [${shape.join(", ")}]; a project fixes its lengths${shape.length === 4 ? ": say them with --size" : ""}`);
  const large = form.inputs.find(({ shape }) => shape.slice(1).every((d) => typeof d === "number") && sizeOf(shape.slice(1)) > 2 ** 24);
  if (large) notes.push(`the input ${large.name} has more than 16 million numbers a sample, which trains very slowly`);
  return notes;
}

/** A sum or product of an input with constants, before anything else is done to it. */
function inputScaling(nodes: readonly Node[], inputs: ReadonlySet<string>, stored: ReadonlySet<string>): Node | undefined {
  const constants = new Set([...stored, ...nodes.filter(({ op }) => op === "Constant").flatMap(({ outputs }) => outputs)]);
  return nodes.find(
    ({ op, inputs: read }) =>
      ["Sub", "Div", "Mul", "Add", "BatchNormalization"].includes(op) && read.some((v) => inputs.has(v)) && read.some((v) => constants.has(v)),
  );
}
