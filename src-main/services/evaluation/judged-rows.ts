import type { z } from "zod";
import { argmax } from "../../base/argmax.js";
import { LatheError } from "../../base/errors.js";
import type { JudgedRow, judgedRowsRequest } from "../../contract/evaluation-views.js";
import type { SingleTarget } from "./one-label.js";
import { type LoadedPredictions, workedOut } from "../prediction/prediction-store.js";

export type JudgedRowsRequest = z.output<typeof judgedRowsRequest>;

/** As log loss: a truth thought impossible has a large loss, not an endless one. */
const EPSILON = 2 ** -23;

/** Rows that a request is about, in its order: their places in the split. Recalled while one pages through. */
export function placesOf(predictions: LoadedPredictions, target: SingleTarget, request: JudgedRowsRequest): Uint32Array {
  const { offset: _offset, limit: _limit, split: _split, ...question } = request;
  return workedOut(predictions, ["rows", question], () => {
    const judge = judgeOf(target, request);
    const chosen = filterRows(predictions.rows.length, target, judge, request);
    switch (request.order) {
      case "row":
        return chosen;
      case "sure":
      case "unsure":
        return target.kind === "numeric" ? sorted(chosen, judge.loss, true) : sorted(chosen, judge.confidence, request.order === "sure");
      case "worst":
        return sorted(chosen, judge.loss, true);
    }
  });
}

/** A row as it is shown, without its cells. */
export function describeRow(predictions: LoadedPredictions, target: SingleTarget, request: JudgedRowsRequest, place: number): Omit<JudgedRow, "cells"> {
  const judge = judgeOf(target, request);
  const row = { row: predictions.rows[place] ?? 0, loss: judge.loss(place) };
  if (target.kind === "numeric") {
    const k = columnIndex(target, request.column);
    const at = place * target.width + k;
    return { ...row, truth: inOwnUnit(target.truths[at]), predicted: inOwnUnit(target.outputs[at]) };
  }
  const { classes } = target;
  const probabilities =
    target.kind === "binary"
      ? [1 - (target.outputs[place] ?? 0), target.outputs[place] ?? 0]
      : Array.from(target.outputs.subarray(place * target.width, (place + 1) * target.width));
  return {
    ...row,
    truth: classes[target.truths[place] ?? 0] ?? "",
    predicted: classes[judge.decided(place)] ?? "",
    confidence: judge.confidence(place),
    probabilities,
  };
}

/** @throws LatheError `usage` for a column that the target has not. */
export function columnIndex(target: SingleTarget & { readonly kind: "numeric" }, column: string | undefined): number {
  if (column === undefined) return 0;
  const k = target.columns.indexOf(column);
  if (k < 0)
    throw new LatheError("usage", `target ${target.name} has no column "${column}"; it has ${target.columns.join(", ")}`, { target: target.name, column });
  return k;
}

interface Judge {
  /** Class index; of numbers 0. */
  readonly decided: (place: number) => number;
  readonly confidence: (place: number) => number;
  readonly loss: (place: number) => number;
  /** predicted − actual */
  readonly residual: (place: number) => number;
}

export function judgeOf(target: SingleTarget, request: Pick<JudgedRowsRequest, "threshold" | "column">): Judge {
  const { outputs, truths, width } = target;
  const at = (i: number) => outputs[i] ?? 0;
  const surprise = (probability: number) => -Math.log(Math.max(probability, EPSILON));
  switch (target.kind) {
    case "numeric": {
      const k = columnIndex(target, request.column);
      const residual = (place: number) => at(place * width + k) - (truths[place * width + k] ?? 0);
      return { decided: () => 0, confidence: () => 1, residual, loss: (place) => Math.abs(residual(place)) };
    }
    case "binary": {
      const threshold = request.threshold ?? target.threshold;
      const decided = (place: number) => (at(place) > threshold ? 1 : 0);
      const of = (place: number, yes: boolean) => (yes ? at(place) : 1 - at(place));
      return { decided, confidence: (place) => of(place, decided(place) === 1), residual: () => 0, loss: (place) => surprise(of(place, truths[place] === 1)) };
    }
    case "category": {
      const decided = (place: number) => argmax(outputs, place * width, width);
      return {
        decided,
        confidence: (place) => at(place * width + decided(place)),
        residual: () => 0,
        loss: (place) => surprise(at(place * width + (truths[place] ?? 0))),
      };
    }
  }
}

function filterRows(rows: number, target: SingleTarget, judge: Judge, request: JudgedRowsRequest): Uint32Array {
  const chosen = new Uint32Array(rows);
  let count = 0;
  if (target.kind === "numeric") {
    refuse(
      request.truth !== undefined || request.predicted !== undefined || request.show !== "all",
      `target ${target.name} is a number: there are no classes to choose rows by; use residual`,
    );
    const { from = -Infinity, to = Infinity } = request.residual ?? {};
    for (let place = 0; place < rows; place++) {
      const residual = judge.residual(place);
      if (residual >= from && residual <= to) chosen[count++] = place;
    }
    return chosen.subarray(0, count);
  }
  refuse(request.residual !== undefined, `target ${target.name} has classes: there are no residuals to choose rows by`);
  const [truth, predicted] = [classIndex(target, request.truth), classIndex(target, request.predicted)];
  for (let place = 0; place < rows; place++) {
    if (!hasTruth(target, place)) continue;
    const decided = judge.decided(place);
    if (truth !== undefined && target.truths[place] !== truth) continue;
    if (predicted !== undefined && decided !== predicted) continue;
    if (request.show !== "all" && (target.truths[place] === decided) !== (request.show === "correct")) continue;
    chosen[count++] = place;
  }
  return chosen.subarray(0, count);
}

/** Whether a row has the class it is judged by; rows may lack one of several targets. */
function hasTruth({ truths }: SingleTarget, place: number): boolean {
  return (truths[place] ?? -1) >= 0;
}

/** @throws LatheError `usage` for a class that the target has not. */
export function classIndex(target: SingleTarget & { readonly kind: "category" | "binary" }, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const index = (target.classes as readonly string[]).indexOf(name);
  refuse(index < 0, `target ${target.name} has no class "${name}"; it has ${target.classes.slice(0, 10).join(", ")}${target.classes.length > 10 ? ", …" : ""}`);
  return index;
}

/**
 * Places by a figure from 0 on, equal ones as in the file. The bits of such float32 numbers are in the numbers' order, so that they are sorted digit by digit,
 * in two digits of 16 bits: quicker than comparing, and stable.
 */
export function sorted(places: Uint32Array, figure: (place: number) => number, falling: boolean): Uint32Array {
  const figures = new Float32Array(places.length);
  for (let i = 0; i < places.length; i++) figures[i] = Math.max(0, figure(places[i] ?? 0));
  const keys = new Uint32Array(figures.buffer);
  if (falling) for (let i = 0; i < keys.length; i++) keys[i] = 0x7fffffff - (keys[i] ?? 0);
  let order = Uint32Array.from(places.keys());
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65_537);
    for (const key of keys) {
      const after = ((key >>> shift) & 0xffff) + 1;
      starts[after] = (starts[after] ?? 0) + 1;
    }
    for (let digit = 0; digit < 65_536; digit++) starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
    const next = new Uint32Array(order.length);
    for (const i of order) {
      const digit = ((keys[i] ?? 0) >>> shift) & 0xffff;
      const at = starts[digit] ?? 0;
      starts[digit] = at + 1;
      next[at] = i;
    }
    order = next;
  }
  return order.map((i) => places[i] ?? 0);
}

/** What float32 knows for sure of a number that was scaled and scaled back. */
export function inOwnUnit(value = Number.NaN): string {
  return String(Number(value.toPrecision(7)));
}

function refuse(condition: boolean, message: string): void {
  if (condition) throw new LatheError("usage", message);
}
