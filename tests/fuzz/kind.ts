import { type ErrorRecord, toLatheError } from "../../src-main/base/errors.js";
import type { Random } from "../../src-main/base/random.js";

/** A kind of input that Lathe reads and that somebody else may have made. */
export interface Kind {
  readonly name: string;
  /** Inputs in the default suite. */
  readonly quick: number;
  /** Seconds that one input may take before it counts as a hang: many times what one takes, since the machine may be busy. */
  readonly bound: number;
  /** MiB that the process which reads it may have resident at the most. */
  readonly memory: number;
  /** What of it cannot be done here, and why. */
  readonly omits?: string;
  open(place: Place): Promise<Subject>;
}

/** Where a kind works: folders of its own, which it may spoil. */
export interface Place {
  readonly root: string;
  /** A trained project over a table, and one over pictures. @see makeFixture */
  readonly table: string;
  readonly pictures: string;
}

export interface Subject {
  /** Makes one input and puts it through all that reads it. What one leaves behind does not reach the next. */
  feed(random: Random, judge: Judge): Promise<void>;
  close(): Promise<void>;
}

/** Looks at what an input led to. */
export class Judge {
  readonly faults: string[] = [];

  /** @param note hears what was made and asked, and how it went: for a look at one input. */
  constructor(readonly note: (what: string) => void) {}

  /** Asks something; a refusal is as good as an answer, as long as it is a sentence of ours. */
  async ask<T>(what: string, question: () => Promise<T> | T): Promise<T | undefined> {
    try {
      const answer = await question();
      this.note(`${what}: answered`);
      return answer;
    } catch (thrown) {
      this.refusal(what, toLatheError(thrown).toRecord(), thrown);
      return undefined;
    }
  }

  refusal(what: string, { code, message }: ErrorRecord, thrown?: unknown): void {
    this.note(`${what}: ${code}: ${message.slice(0, 400)}`);
    if (code === "internal")
      this.fault(`${what} is internal: ${message}${thrown instanceof Error ? `\n${(thrown.cause instanceof Error ? thrown.cause : thrown).stack ?? ""}` : ""}`);
    else if (code === "rpc.invalid" && message.startsWith("the answer to")) this.fault(`${what} is answered with what the contract has not: ${message}`);
    else if (message.trim() === "") this.fault(`${what} is refused with ${code} and no word`);
    else if (foreign(message)) this.fault(`${what} is refused with ${code} in words of a library: ${message}`);
  }

  fault(what: string): void {
    this.faults.push(what.slice(0, 2000));
  }
}

/** What only an engine of JavaScript, or a library, would say. */
const FOREIGN = [
  /Cannot (?:read|set) propert|is not a function|is not iterable|Maximum call stack|Invalid array length|Invalid string length|\[object Object\]|Invalid count value|Cannot convert|out of range\. It must be|Cannot mix BigInt/,
  /^(?:Error|TypeError|RangeError|SyntaxError|Invalid Input Error|Binder Error|Parser Error|Conversion Error|IO Error|Catalog Error|INTERNAL Error|Out of Memory Error|Constraint Error)\b/,
  /^(?:ENOENT|EACCES|EISDIR|ENOTDIR|ELOOP|ENAMETOOLONG|EINVAL|EMFILE)\b/,
  /^Unexpected (?:token|end of|non-whitespace)/,
  /^(?:Vips|VipsJpeg|Input (?:buffer|file))/,
  /^(?:The argument|The "path" argument|The property)/,
  /INTERNAL Error/,
  /\n +at .*\(/,
];

function foreign(message: string): boolean {
  return FOREIGN.some((words) => words.test(message));
}
