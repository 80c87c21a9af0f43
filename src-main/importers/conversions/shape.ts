import { type Dimension, type Value, int, ints, sameShape, tensor } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/**
 * Reshape to lengths that are computed from the batch's, or that a file of one frozen batch has as numbers: the batch's place becomes one that is copied or
 * inferred.
 */
export const reshape: Conversion = {
  type: "Reshape",
  convert: (n) => {
    const x = n.input(0);
    const lengths = n.lengths(1);
    if (!lengths) return n.copy(n.inputs, {});
    const copies = n.int("allowzero", 0) === 0;
    const wanted = lengths.map((d, i): Dimension => (d === 0 && copies ? (x.shape[i] ?? 0) : d));
    const loosened = n.frozenBatch === undefined ? wanted : loosen(wanted, x, n.frozenBatch);
    const unknown = loosened.filter((d) => typeof d === "string" || d === -1);
    if (unknown.length <= 1)
      return [
        n.e.reshape(
          x,
          loosened.map((d) => (typeof d === "string" ? -1 : d)),
        ),
      ];
    // A length that stands where it stood is copied.
    const copied = loosened.map((d, i) => (typeof d === "string" && x.shape[i] === d ? 0 : typeof d === "string" ? -1 : d));
    return copied.filter((d) => d === -1).length <= 1 ? [n.e.reshape(x, copied)] : n.copy(n.inputs, {});
  },
};

/** The frozen batch among lengths as N: where it stands in the input, else in front. */
function loosen(wanted: readonly Dimension[], { shape }: Value, batch: number): readonly Dimension[] {
  if (!shape.includes("N") || wanted.includes("N")) return wanted;
  const same = shape.findIndex((d, i) => d === "N" && wanted[i] === batch);
  if (same >= 0) return wanted.map((d, i) => (i === same ? "N" : d));
  // What is inferred takes the batch with it.
  if (wanted.includes(-1)) return wanted;
  const first = wanted.findIndex((d) => typeof d === "number" && d === batch);
  return first < 0 ? wanted : wanted.map((d, i) => (i === first ? -1 : d));
}

/** Operands that a file of one frozen batch has for one sample are repeated for each. */
export const concat: Conversion = {
  type: "Concat",
  convert: (n) => {
    const parts = n.inputs.map((v, i) => v ?? n.input(i));
    const rank = parts[0]?.shape.length ?? 0;
    const given = n.int("axis", n.opset < 4 ? 1 : 0);
    const axis = given < 0 ? given + rank : given;
    const open = parts.find(({ shape }) => shape.some((d, i) => d === "N" && i !== axis));
    if (!open || n.frozenBatch === undefined) return n.copy(parts);
    const place = open.shape.indexOf("N");
    const repeated = parts.map((v) => (v.shape[place] === n.frozenBatch ? repeat(n, v, open, place) : v));
    return n.copy(repeated);
  },
};

function repeat({ e }: ForeignNode, v: Value, like: Value, place: number): Value {
  const count = e.op("Shape", [like], { start: int(place), end: int(place + 1) });
  const lengths = v.shape.map((d, i) => (i === place ? count : e.indices([Number(d)])));
  const one = v.shape[place] === 1 ? v : e.slice(v, [0], [1], [place]);
  return e.op("Expand", [one, e.concat(lengths, 0)]);
}

/** Of the axes [start, end), which are attributes since opset 15. */
export const shape: Conversion = {
  type: "Shape",
  convert: (n) => {
    const rank = n.input(0).shape.length;
    const place = (name: string, fallback: number) => {
      const given = n.int(name, fallback);
      return Math.min(Math.max(given < 0 ? given + rank : given, 0), rank);
    };
    return n.copy(n.inputs, { start: int(place("start", 0)), end: int(place("end", rank)) });
  },
};

/** Order of axes: all of them the other way round by default. */
export const transpose: Conversion = {
  type: "Transpose",
  convert: (n) => n.copy(n.inputs, { perm: ints(n.ints("perm") ?? [...n.input(0).shape.keys()].reverse()) }),
};

/** Lengths compared, as exporters do to find those that are -1: a named length is at least 1. */
export const equal: Conversion = {
  type: "Equal",
  convert: (n) => {
    const [a, b] = [n.lengths(0), n.lengths(1)];
    const shape = n.input(0).shape;
    if (!a || !b || (a.length !== b.length && b.length !== 1)) return n.copy();
    const pairs = a.map((d, i) => sameLength(d, b[b.length === 1 ? 0 : i] ?? 1));
    const known = pairs.filter((same) => same !== undefined);
    return known.length === pairs.length ? [n.graph.keep(tensor("bool", known.map(Number), shape.map(Number)))] : n.copy();
  },
};

function sameLength(a: Dimension, b: Dimension): boolean | undefined {
  if (a === b) return true;
  if (typeof a === "number" && typeof b === "number") return false;
  return Number(a) < 1 || Number(b) < 1 ? false : undefined;
}

/** A choice that is known is what is chosen. */
export const where: Conversion = {
  type: "Where",
  convert: (n) => {
    const chosen = n.fill(0) === undefined ? undefined : n.input(n.fill(0) === 0 ? 2 : 1);
    const other = n.input(n.fill(0) === 0 ? 1 : 2);
    if (!chosen || chosen.shape.length < Math.max(other.shape.length, n.input(0).shape.length)) return n.copy();
    const [made] = n.copy();
    return made && sameShape(made.shape, chosen.shape) ? [chosen] : n.copy();
  },
};

/** To lengths of which one is the batch's: that is asked of the input, not by way of all that the file asks. */
export const expand: Conversion = {
  type: "Expand",
  convert: (n) => {
    const lengths = n.lengths(1);
    const x = n.input(0);
    if (!lengths || lengths.some((d) => typeof d === "string" && d !== "N")) return n.copy();
    if (!lengths.includes("N")) return n.copy([x, n.e.indices(lengths.map(Number))]);
    const count = n.e.op("Shape", [n.batchOf], { start: int(0), end: int(1) });
    return [
      n.e.op("Expand", [
        x,
        lengths.length === 1
          ? count
          : n.e.concat(
              lengths.map((d) => (d === "N" ? count : n.e.indices([Number(d)]))),
              0,
            ),
      ]),
    ];
  },
};
