import type { Dimension, Shape } from "./types.js";

/**
 * Arithmetic on lengths of which some are only known when the graph runs: `N·96 / 4 = 24*N`, `N + 1 = (N+1)`.
 * A result is a canonical name, so that equal lengths have equal names; a named axis has at least one element.
 */

/** Coefficient by product of symbols; `""` is the constant term. */
type Polynomial = ReadonlyMap<string, number>;

/** The product of all lengths: the number of elements of a shape. */
export function productOf(dims: Shape): Dimension {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const d of dims) {
    const factor = monomialOf(d);
    coefficient *= factor.coefficient;
    symbols.push(...factor.symbols);
  }
  return show(new Map([[symbols.sort().join("*"), coefficient]]));
}

/** The length of the batch's axis, N samples of so many rows. */
export function batchAxis(rows = 1): Dimension {
  return productOf(["N", rows]);
}

/** total / part, or undefined where that is not a whole length whatever the symbols stand for. */
export function quotientOf(total: Dimension, part: Dimension): Dimension | undefined {
  const [a, b] = [monomialOf(total), monomialOf(part)];
  if (b.coefficient === 0 || a.coefficient % b.coefficient !== 0) return undefined;
  const symbols = [...a.symbols];
  for (const s of b.symbols) {
    const at = symbols.indexOf(s);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return show(new Map([[symbols.join("*"), a.coefficient / b.coefficient]]));
}

export function sumOf(dims: Shape): Dimension {
  const sum = new Map<string, number>();
  for (const d of dims) for (const [symbols, k] of polynomialOf(d)) sum.set(symbols, (sum.get(symbols) ?? 0) + k);
  return show(sum);
}

function show(p: Polynomial): Dimension {
  const terms = [...p].filter(([, k]) => k !== 0).sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  const [first] = terms;
  if (!first) return 0;
  if (terms.length === 1) return showTerm(...first);
  return `(${terms.map(([s, k], i) => (i > 0 && k > 0 ? "+" : "") + String(showTerm(s, k))).join("")})`;
}

function showTerm(symbols: string, k: number): Dimension {
  if (symbols === "") return k;
  return k === 1 ? symbols : `${k}*${symbols}`;
}

function polynomialOf(d: Dimension): Polynomial {
  if (typeof d === "string" && d.startsWith("(") && d.endsWith(")")) {
    const terms = splitOutside(d.slice(1, -1), /[+-]/);
    return new Map(
      terms.map((t) => {
        const { coefficient, symbols } = monomialOf(t.replace(/^[+-]/, ""));
        return [symbols.join("*"), t.startsWith("-") ? -coefficient : coefficient];
      }),
    );
  }
  const { coefficient, symbols } = monomialOf(d);
  return new Map([[symbols.join("*"), coefficient]]);
}

function monomialOf(d: Dimension): { readonly coefficient: number; readonly symbols: readonly string[] } {
  if (typeof d === "number") return { coefficient: d, symbols: [] };
  const factors = splitOutside(d, /\*/).map((f) => f.replace(/^\*/, ""));
  const numbers = factors.filter((f) => /^\d+$/.test(f));
  return { coefficient: numbers.reduce((n, f) => n * Number(f), 1), symbols: factors.filter((f) => !/^\d+$/.test(f)).sort() };
}

/** Splits before each separator that stands outside parentheses. */
function splitOutside(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (depth === 0 && i > start && separator.test(c)) {
      parts.push(text.slice(start, i));
      start = i;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
