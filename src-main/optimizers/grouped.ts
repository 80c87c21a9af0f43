import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { optimizers } from "./index.js";
import type { Update, UpdateContext } from "./optimizer.js";

/** A stretch of the flat vectors that learns with options of its own. */
export interface OptimizedStretch {
  readonly size: number;
  /** What the learning rate is multiplied by. */
  readonly lr: number;
  /** In the place of the optimizer's. */
  readonly weightDecay?: number;
}

/** A stretch whose numbers are updated alike. */
export interface OptimizerGroup {
  readonly offset: number;
  readonly size: number;
  /** @see OptimizerDefinition.scalars */
  readonly scalars: (step: number, learningRate: number) => Readonly<Record<string, number>>;
  /** @param context with these stretches of the vectors, and the names of its own scalars */
  readonly update: (context: Omit<UpdateContext<unknown>, "config">) => Update;
}

/** An optimizer with its options, as torch.optim's with parameter groups: each stretch of the vectors is updated by itself. */
export interface GroupedOptimizer {
  /** Names of the vectors it keeps, and what they start as. */
  readonly slots: Readonly<Record<string, number>>;
  readonly groups: readonly OptimizerGroup[];
  readonly scalarNames: readonly string[];
  /** @see OptimizerDefinition.scalars */
  readonly scalars: (step: number, learningRate: number) => Readonly<Record<string, number>>;
  readonly update: (context: Omit<UpdateContext<unknown>, "config">) => Update;
}

/** @param layout stretches in the order of the vectors, of their whole length */
export function groupedOptimizer(
  options: { readonly type: string; readonly [option: string]: unknown },
  { optimized }: { readonly optimized: readonly OptimizedStretch[] },
): GroupedOptimizer {
  const definition = optimizers.get(options.type);
  const usual = definition.config.parse(options) as { readonly weightDecay: number };
  let end = 0;
  const groups = merged(optimized.map(({ size, lr, weightDecay = usual.weightDecay }) => ({ size, lr, weightDecay }))).map(
    ({ size, lr, weightDecay }): OptimizerGroup => {
      const config = definition.config.parse({ ...options, weightDecay });
      end += size;
      return {
        offset: end - size,
        size,
        scalars: (step, learningRate) => definition.scalars(config, step, learningRate * lr),
        update: (context) => definition.update({ ...context, config }),
      };
    },
  );
  const named = (scalar: string, i: number) => (i === 0 ? scalar : `${scalar} ${i + 1}`);
  const scalars = (step: number, learningRate: number) =>
    Object.fromEntries(
      groups.flatMap((group, i) => Object.entries(group.scalars(step, learningRate)).map(([scalar, value]) => [named(scalar, i), value] as const)),
    );
  const slots = definition.slots(usual);
  return {
    slots,
    groups,
    scalars,
    scalarNames: Object.keys(scalars(1, 0)),
    update: (context) => {
      const { e, parameters, gradient, slot, scalar } = context;
      const sizes = groups.map(({ size }) => size);
      const of = new Map(Object.keys(slots).map((name) => [name, cut(e, slot(name), sizes)]));
      const [pieces, gradients] = [cut(e, parameters, sizes), cut(e, gradient, sizes)];
      const updates = groups.map((group, i) =>
        group.update({
          e,
          parameters: defined(pieces[i], "parameters"),
          gradient: defined(gradients[i], "gradient"),
          slot: (name) => defined(of.get(name)?.[i], `slot ${name}`),
          scalar: (name) => scalar(named(name, i)),
        }),
      );
      return {
        parameters: joined(
          e,
          updates.map((update) => update.parameters),
        ),
        slots: Object.fromEntries(
          Object.keys(slots).map((name) => [
            name,
            joined(
              e,
              updates.map((update) => defined(update.slots[name], `the new ${name}`)),
            ),
          ]),
        ),
      };
    },
  };
}

/** Neighbours that learn alike are one. */
function merged(stretches: readonly Required<OptimizedStretch>[]): readonly Required<OptimizedStretch>[] {
  return stretches.reduce<Required<OptimizedStretch>[]>((all, next) => {
    const last = all.at(-1);
    if (last?.lr !== next.lr || last.weightDecay !== next.weightDecay) return [...all, next];
    return [...all.slice(0, -1), { ...last, size: last.size + next.size }];
  }, []);
}

function cut(e: Emitter, vector: Value, sizes: readonly number[]): readonly Value[] {
  return sizes.length === 1 ? [vector] : e.split(vector, sizes, 0);
}

function joined(e: Emitter, pieces: readonly Value[]): Value {
  return pieces.length === 1 ? defined(pieces[0], "a piece") : e.concat(pieces, 0);
}
