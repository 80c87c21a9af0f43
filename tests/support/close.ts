import { expect } from "vitest";

/** Fails with the worst element: |got - wanted| beyond tolerance · (1 + |wanted|). */
export function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number, what: string): void {
  expect(got.length, `${what}: number of elements`).toBe(wanted.length);
  got.forEach((v, i) => {
    const w = wanted[i]!;
    const close = Object.is(v, w) || v === w || Math.abs(v - w) <= tolerance * (1 + Math.abs(w));
    if (!close) expect.fail(`${what}: element ${i} is ${v}, expected ${w}\n  got      [${show(got)}]\n  expected [${show(wanted)}]`);
  });
}

const show = (values: readonly number[]): string =>
  values
    .slice(0, 24)
    .map((v) => v.toPrecision(8))
    .join(", ");
