import { z } from "zod";
import { type Attributes, int, ints } from "../onnx/types.js";
import type { LayerContext, LayerDefinition } from "./layer.js";
import { type PerAxis, type Window, countsOf, forAxes, padsOf, perAxis, pictureOf } from "./picture.js";
import { call } from "../base/python.js";

interface PoolConfig {
  readonly kernelSize: PerAxis;
  readonly stride?: PerAxis | undefined;
  readonly padding: PerAxis;
  readonly ceilMode: boolean;
}

const options = (rank: number) => ({
  kernelSize: perAxis(rank, 1).meta({ description: "Size of the window", examples: [2] }),
  stride: perAxis(rank, 1).optional().describe("Steps between windows; the window's size by default"),
  padding: perAxis(rank, 0).default(0).describe("Elements added around, at most half the window"),
  ceilMode: z.boolean().default(false).describe("Let a last window hang over the end"),
});

interface MaxConfig extends PoolConfig {
  readonly dilation: PerAxis;
}

/** The largest of each window. torch.nn.MaxPool1d, torch.nn.MaxPool2d */
export function maxPoolLayer(rank: 1 | 2, summary: string): LayerDefinition<MaxConfig> {
  const type = `MaxPool${rank}d`;
  const { ceilMode, ...shared } = options(rank);
  return {
    type,
    group: "Pooling",
    summary,
    config: z.strictObject({ ...shared, dilation: perAxis(rank, 1).default(1).describe("Distance between the elements of a window"), ceilMode }),
    lower: (ctx) => ctx.e.op("MaxPool", [ctx.input], { ...pooled(ctx, type, rank, ctx.config.dilation), dilations: ints(forAxes(ctx.config.dilation, rank)) }),
    torch: ({ kernelSize, stride, padding, dilation, ceilMode: ceil }) => ({
      module: call(`nn.${type}`, [kernelSize], {
        stride: [stride ?? kernelSize, kernelSize],
        padding: [padding, 0],
        dilation: [dilation, 1],
        ceil_mode: [ceil, false],
      }),
    }),
  };
}

interface AverageConfig extends PoolConfig {
  readonly countIncludePad: boolean;
}

/** The mean of each window. torch.nn.AvgPool1d, torch.nn.AvgPool2d */
export function averagePoolLayer(rank: 1 | 2, summary: string): LayerDefinition<AverageConfig> {
  const type = `AvgPool${rank}d`;
  return {
    type,
    group: "Pooling",
    summary,
    config: z.strictObject({
      ...options(rank),
      countIncludePad: z.boolean().default(true).describe("Count padding as zeros; else it has no part in the mean"),
    }),
    lower: (ctx) => {
      const {
        e,
        input,
        config: { countIncludePad },
      } = ctx;
      const { pads, ...attributes } = pooled(ctx, type, rank, 1);
      const around = pads.value;
      if (!countIncludePad || around.every((n) => n === 0)) return e.op("AveragePool", [input], { ...attributes, pads });
      // With padding added before, it is counted, and what lies beyond it is not: before version 19 of the operator runtimes differ over that.
      const padded = e.op("Pad", [input, e.indices([0, 0, ...around.slice(0, rank), 0, 0, ...around.slice(rank)])]);
      return e.op("AveragePool", [padded], attributes);
    },
    torch: ({ kernelSize, stride, padding, ceilMode, countIncludePad }) => ({
      module: call(`nn.${type}`, [kernelSize], {
        stride: [stride ?? kernelSize, kernelSize],
        padding: [padding, 0],
        ceil_mode: [ceilMode, false],
        count_include_pad: [countIncludePad, true],
      }),
    }),
  };
}

/** The attributes of a pool that fits. @throws LatheError `model.layer` */
function pooled(
  ctx: LayerContext<PoolConfig>,
  type: string,
  rank: number,
  dilation: PerAxis,
): Attributes & { readonly pads: { readonly type: "ints"; readonly value: readonly number[] } } {
  const { kernelSize, stride, padding, ceilMode } = ctx.config;
  const { lengths } = pictureOf(type, ctx.inputs, rank);
  const [kernels, strides, pads, dilations] = [forAxes(kernelSize, rank), forAxes(stride ?? kernelSize, rank), forAxes(padding, rank), forAxes(dilation, rank)];
  const windows = kernels.map((kernel, i): Window => ({
    kernel,
    stride: strides[i] ?? 1,
    dilation: dilations[i] ?? 1,
    before: pads[i] ?? 0,
    after: pads[i] ?? 0,
  }));
  if (windows.some((w) => w.before > w.kernel / 2))
    ctx.fail(`expected padding of at most half of kernelSize, got ${pads.join(" × ")} for ${kernels.join(" × ")}`);
  countsOf(lengths, windows, ceilMode, (expected) => ctx.fail(expected));
  return { kernel_shape: ints(kernels), strides: ints(strides), pads: { type: "ints", value: padsOf(windows) }, ...(ceilMode ? { ceil_mode: int(1) } : {}) };
}
