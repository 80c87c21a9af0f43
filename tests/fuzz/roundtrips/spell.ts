import type { Random } from "../../../src-main/base/random.js";
import { pick } from "../mutate.js";
import type { Column, Meaning } from "./table.js";

/** How the cells of a file are written. */
export interface Hand {
  /** Formats that know numbers, booleans and nothing. */
  readonly typed: boolean;
  readonly decimal: "." | ",";
  readonly delimiter: string;
  /** Letters that the encoding has beside ASCII. */
  readonly letters: "none" | "latin" | "all";
  /** Nothing that has to be quoted, nothing empty. */
  readonly plain: boolean;
}

/** As a file holds it. */
export type Written = string | number | boolean | null;

const MISSING = ["", "NA", "na", "N/A", "n.a.", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "?", "--"];
/** What no reader sees at the ends of a text. */
const UNSEEN = { none: ["", " ", "  "], latin: ["", " ", "\u00a0"], all: ["", " ", "\u00a0", "\u2003", "\u200b", "\u3000", "\ufeff"] };

/** One column as a file holds it, each of its values in any of the ways that mean the same. */
export function spell(random: Random, column: Column, hand: Hand): readonly Written[] {
  const missing = hand.plain ? ["NA", "?", "null"] : Array.from({ length: 1 + random.below(2) }, () => pick(random, MISSING));
  const decomposed = hand.letters === "all" && random.below(3) === 0;
  const padded = !hand.plain && random.below(4) === 0;
  const style = numberStyle(random, column, hand);
  const one = { decimals: random.below(3) === 0, cases: random.below(2) === 0, dates: pick(random, ["iso", "time", "german"]) };
  const asText = hand.typed && random.below(8) === 0;
  return column.cells.map((meant): Written => {
    if (meant === null) return hand.typed && random.below(3) > 0 ? null : pick(random, missing);
    const text = textOf(meant);
    if (hand.typed && !asText && typeof text !== "string") return text;
    const unseen = () => (padded ? pick(random, UNSEEN[hand.letters]) : "");
    return `${unseen()}${decomposed ? String(text).normalize("NFD") : String(text)}${unseen()}`;
  });

  function textOf(meant: Exclude<Meaning, null>): string | number | boolean {
    if (typeof meant === "number") {
      if (hand.typed && !asText) return meant;
      // Codes and counts wear nothing.
      return column.kind === "quantity" || column.kind === "whole" || column.kind === "stray"
        ? style(meant)
        : column.kind === "number word" && one.decimals && random.below(2) === 0
          ? `${meant}.0`
          : String(meant);
    }
    if (typeof meant === "boolean") {
      const [no, yes] = column.pair ?? ["false", "true"];
      const isWord = no === "false";
      if (isWord && hand.typed && !asText) return meant;
      const word = meant ? yes : no;
      return one.cases ? pick(random, [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)]) : word;
    }
    if (meant instanceof Date) {
      const iso = meant.toISOString();
      if (one.dates === "time") return iso.slice(0, 19).replace("T", " ");
      return one.dates === "iso" ? iso.slice(0, 10) : iso.slice(0, 10).split("-").reverse().join(".");
    }
    return meant;
  }
}

/** How the numbers of a column are written. */
function numberStyle(random: Random, { kind, unit }: Column, { decimal, delimiter, letters, plain, typed }: Hand): (value: number) => string {
  const withPoint = random.below(4) === 0;
  const comma = (text: string) => (decimal === "," ? text.replace(".", ",") : text);
  if (plain || unit === undefined || typed) {
    const scientific = kind === "quantity" && random.below(6) === 0;
    return (value) =>
      comma(scientific && value !== 0 ? value.toExponential() : kind === "whole" && withPoint && decimal === "." ? `${value}.0` : String(value));
  }
  // A comma before three digits is a decimal comma between semicolons.
  const english = delimiter === ";" ? ["", "'"] : [",", "'"];
  const grouping = decimal === "," ? pick(random, ["", "."]) : pick(random, [...english, ...(letters === "none" ? [] : ["\u00a0"])]);
  const decimals = kind === "whole" && decimal === "." ? 0 : 2;
  const grouped = (value: number, gap: string) => {
    const [whole = "", part] = Math.abs(value).toFixed(decimals).split(".");
    const parted = whole.replace(/\B(?=(\d{3})+$)/g, gap);
    return part === undefined ? parted : `${parted}${decimal}${part}`;
  };
  const sign = (value: number) => (value < 0 ? "-" : "");
  if (unit === "thousands") return (value) => `${sign(value)}${grouped(value, grouping)}`;
  if (unit === "percent") {
    const gap = pick(random, ["", " "]);
    return (value) => `${sign(value)}${grouped(value, "")}${gap}%`;
  }
  const [before, behind] =
    decimal === ","
      ? pick(random, [
          ["", " EUR"],
          ["CHF ", ""],
          ["", letters === "none" ? " EUR" : " €"],
        ])
      : pick(random, [
          ["$", ""],
          ["USD ", ""],
          ["", " GBP"],
        ]);
  return (value) => `${sign(value)}${before}${grouped(value, grouping)}${behind}`;
}

/** The plainest way: what all others have to be read as. */
export function canonical(column: Column): readonly string[] {
  return column.cells.map((meant) => {
    if (meant === null) return "";
    if (typeof meant === "boolean") return (column.pair ?? ["false", "true"])[meant ? 1 : 0];
    return meant instanceof Date ? meant.toISOString().slice(0, 10) : String(meant);
  });
}
