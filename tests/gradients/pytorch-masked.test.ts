import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { losses } from "../../src-main/losses/index.js";
import type { TargetKind } from "../../src-main/losses/loss.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { expectClose } from "../support/close.js";
import { evaluateOnEngine } from "../support/evaluate.js";
import { type Packed, batched, readGolden, unpack } from "../support/goldens.js";

interface Asked {
  readonly loss: string;
  readonly kind: TargetKind;
  readonly config: Readonly<Record<string, unknown>>;
  readonly output: Packed;
  readonly target: Packed;
  /** Undefined: all are there. */
  readonly counts?: Packed;
}

interface Case extends Asked {
  readonly name: string;
  readonly value: number;
  readonly gradient: Packed;
}

const cases = readGolden<readonly Case[]>("masked.json");

const TOLERANCE = 1e-5;

async function evaluate({ loss: type, kind, config, output, target, counts }: Asked) {
  const e = createEmitter();
  const definition = losses.get(type);
  const dtype = kind === "category" ? "int64" : "float32";
  const input = (name: string, packed: Packed, as: "int64" | "float32" = "float32") => e.graph.input(name, as, batched(packed, as).shape);
  const o = input("output", output);
  const { loss, weight } = definition.lower({
    e,
    config: definition.config.parse(config),
    output: o,
    target: input("target", target, dtype),
    ...(counts ? { counts: input("counts", counts) } : {}),
    kind,
    classes: output.dims[1]!,
    fail: (expected) => {
      throw new Error(`${type}: ${expected}`);
    },
  });
  const [gradient] = differentiate(e, loss, [o]);
  const got = await evaluateOnEngine(
    e,
    { loss, weight, gradient: gradient! },
    { output: unpack(output), target: unpack(target, dtype), ...(counts ? { counts: unpack(counts) } : {}) },
  );
  return { loss: got.loss.values[0]!, weight: got.weight.values[0]!, gradient: got.gradient.values };
}

describe("a target that samples lack: PyTorch's loss over those that have it, and its gradient", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", async (_, golden) => {
    const got = await evaluate(golden);
    expectClose([got.loss], [golden.value], TOLERANCE, "loss");
    expectClose(got.gradient, golden.gradient.data, TOLERANCE, "gradient");
  });

  test("every loss has such numbers", () => {
    // What compares samples is of a target that no row may lack.
    expect(losses.all.filter(({ type, draws }) => !draws && !cases.some((c) => c.loss === type)).map(({ type }) => type)).toEqual([]);
  });
});

/** Rows of a packed tensor. */
function rowsOf({ dims, data }: Packed, rows: readonly number[]): Packed {
  const width = dims.slice(1).reduce((a, b) => a * b, 1);
  return { dims: [rows.length, ...dims.slice(1)], data: rows.flatMap((row) => data.slice(row * width, (row + 1) * width)) };
}

test.each(cases.map((c) => [c.name, c] as const))(
  "%s: the same, and the same weight, whichever samples lack it, as over the others alone",
  async (_, golden) => {
    const rows = golden.output.dims[0]!;
    const width = golden.counts!.data.length / rows;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: rows, maxLength: rows }), async (there) => {
        const counts = { dims: golden.counts!.dims, data: there.flatMap((is) => Array.from({ length: width }, () => (is ? 1 : 0))) };
        const masked = await evaluate({ ...golden, counts });
        const kept = there.flatMap((is, row) => (is ? [row] : []));
        const columns = golden.output.dims[1]!;
        there.forEach((is, row) => {
          if (!is) expect(masked.gradient.slice(row * columns, (row + 1) * columns).map(Math.abs)).toEqual(Array.from({ length: columns }, () => 0));
        });
        if (kept.length === 0) {
          expect([Math.abs(masked.loss), masked.weight]).toEqual([0, 0]);
          return;
        }
        const alone = await evaluate({
          loss: golden.loss,
          kind: golden.kind,
          config: golden.config,
          output: rowsOf(golden.output, kept),
          target: rowsOf(golden.target, kept),
        });
        expectClose([masked.weight], [alone.weight], TOLERANCE, "weight");
        // Where no sample that is there counts, PyTorch has 0/0 without a mask.
        if (alone.weight > 0) expectClose([masked.loss], [alone.loss], TOLERANCE, "loss");
      }),
      { numRuns: 12 },
    );
  },
);
