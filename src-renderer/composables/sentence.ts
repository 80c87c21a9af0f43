import { pictureExtensions, tableExtensions } from "../../src-main/contract/extensions.js";

/** A file's name, of several words too, where a sentence begins. */
const named = new RegExp(
  `^(?!(?:an?|the|this|no|none|only|column|row)\\s)(?:[^\\s:;,]+ ){0,4}[^\\s:;,]+\\.(?:${[...tableExtensions, ...pictureExtensions, "onnx"].join("|")})\\b`,
  "iu",
);

/** What a network for series is, where all that stand there are. */
export function summaryOfSeries(summary: string): string {
  return asSentence(summary.replace(/^Series: /, ""));
}

/** What the core says can stand in the middle of a line; here it begins one. A name, of a file or an option, stays as it is. */
export function asSentence(text: string): string {
  return /^\p{Ll}+(?=[\s,:;.]|$)(?![./\\]\S)/u.test(text) && !named.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
