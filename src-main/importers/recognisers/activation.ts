import { type Recognised, type Recogniser, type Step } from "../recogniser.js";

/** Operators of one operand that a layer is. */
const plain = (op: string, type: string, options: (step: Step) => Readonly<Record<string, unknown>> | undefined = () => ({})): Recogniser => ({
  type: op,
  recognise: (step) => {
    const own = options(step);
    return own && alone(step, type, own);
  },
});

/** As PyTorch writes it: the file has it in float32. */
const rounded = (value: number) => Number(value.toPrecision(7));

export const relu = plain("Relu", "ReLU");
export const leakyRelu = plain("LeakyRelu", "LeakyReLU", (s) =>
  rounded(s.float("alpha", 0.01)) === 0.01 ? {} : { negativeSlope: rounded(s.float("alpha", 0.01)) },
);
export const elu = plain("Elu", "ELU", (s) => (s.float("alpha", 1) === 1 ? {} : { alpha: rounded(s.float("alpha", 1)) }));
export const sigmoid = plain("Sigmoid", "Sigmoid");
export const tanh = plain("Tanh", "Tanh");
export const hardSigmoid = plain("HardSigmoid", "HardSigmoid", (s) =>
  Math.abs(s.float("alpha", 0.2) - 1 / 6) < 1e-6 && s.float("beta", 0.5) === 0.5 ? {} : undefined,
);
export const relu6: Recogniser = {
  type: "Clip",
  recognise: (step) => (step.numbers(1)?.[0] === 0 && step.numbers(2)?.[0] === 6 ? alone(step, "ReLU6", {}) : undefined),
};
const along = (type: string, own: string): Recogniser =>
  plain(type, own, (s) => {
    const [rank, axis] = [s.value(0)?.shape.length ?? 0, s.int("axis", -1)];
    const dim = axis < 0 ? axis + rank : axis;
    return dim < 1 ? undefined : dim === rank - 1 ? {} : { dim };
  });
export const softmax = along("Softmax", "Softmax");
export const logSoftmax = along("LogSoftmax", "LogSoftmax");

/** x·σ(x), x·hardsigmoid(x), and the last product of x/2·(1 + erf(x/√2)). */
export const product: Recogniser = { type: "Mul", recognise: (step) => gated(step, "Sigmoid", "SiLU") ?? hardSwish(step) ?? gelu(step) };

function gated(step: Step, op: string, type: string): Recognised | undefined {
  for (const [x, gate] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const own = step.value(x);
    const made = step.from(gate, op);
    const [gives] = step.results;
    if (own && gives && made?.value(0)?.name === own.name) return { type, reads: [own], gives, covers: [made] };
  }
  return undefined;
}

function hardSwish(step: Step): Recognised | undefined {
  const found = gated(step, "HardSigmoid", "HardSwish");
  return found?.covers?.[0] && hardSigmoid.recognise(found.covers[0]) ? found : undefined;
}

/** (x·(1 + erf(x/√2)))·½ or x·((1 + erf(x/√2))·½): the factors in any order. */
function gelu(step: Step): Recognised | undefined {
  const [gives] = step.results;
  const parts = factors(step);
  const half = parts.constants.reduce((a, b) => a * b, 1);
  if (!gives || half !== 0.5 || parts.values.length !== 2) return undefined;
  for (const { value, maker } of parts.values) {
    const sum = maker;
    if (sum?.node.op !== "Add") continue;
    const [place] = [0, 1].filter((i) => sum.numbers(1 - i)?.join() === "1");
    const erf = place === undefined ? undefined : sum.from(place, "Erf");
    const inner = erf?.from(0, "Div") ?? erf?.from(0, "Mul");
    const x = inner?.value(0);
    const [scale] = inner?.numbers(1) ?? [];
    if (!erf || !inner || !x || scale === undefined) continue;
    const root = inner.node.op === "Div" ? scale : 1 / scale;
    const other = parts.values.find((p) => p.value !== value)?.value;
    if (Math.abs(root - Math.SQRT2) < 1e-6 && other === x.name) return { type: "GELU", reads: [x], gives, covers: [sum, erf, inner, ...parts.covers] };
  }
  return undefined;
}

interface Factors {
  readonly values: readonly { readonly value: string; readonly maker: Step | undefined }[];
  readonly constants: readonly number[];
  readonly covers: readonly Step[];
}

/** What a product of products is made of. */
function factors(step: Step): Factors {
  const found = { values: [] as { value: string; maker: Step | undefined }[], constants: [] as number[], covers: [] as Step[] };
  for (const i of [0, 1]) {
    const numbers = step.numbers(i);
    const inner = step.from(i, "Mul");
    const value = step.value(i);
    if (numbers?.length === 1) found.constants.push(numbers[0] ?? 1);
    else if (inner && found.covers.length < 2) {
      const more = factors(inner);
      found.values.push(...more.values);
      found.constants.push(...more.constants);
      found.covers.push(inner, ...more.covers);
    } else if (value) found.values.push({ value: value.name, maker: step.from(i, "Add") });
  }
  return found;
}

function alone(step: Step, type: string, options: Readonly<Record<string, unknown>>): Recognised | undefined {
  const x = step.value(0);
  const [gives] = step.results;
  return x && gives && x.dtype === "float32" ? { type, options, reads: [x], gives } : undefined;
}
