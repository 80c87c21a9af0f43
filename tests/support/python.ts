import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src-main/base/entries.js";

/** The first Python that has these modules: the one that LATHE_PYTHON names, the path's, Debian's. */
export function findPython(...modules: readonly string[]): string | undefined {
  const asked = process.env["LATHE_PYTHON"];
  return [...(asked === undefined ? [] : [asked]), "python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", `import ${modules.join(", ")}`]).status === 0,
  );
}

/** A number of a tensor; null is NaN. */
type Fed = readonly (number | null | string)[];

/** What `model_peer.py` is asked: a model's file, and values by input. */
export interface AskedOfPython {
  readonly model: string;
  readonly feeds: Readonly<Record<string, { readonly dtype: "float32" | "string"; readonly shape: readonly number[]; readonly data: Fed }>>;
}

/** A Python process that answers one question after the other: starting it takes longer than most answers. */
export class PythonPeer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param python one that has what the program imports. @param program a file in `tests/support`. */
  constructor(python: string, program: string) {
    this.#child = spawn(python, [join(packageRoot, "tests", "support", program)], { stdio: ["pipe", "pipe", "inherit"] });
    if (!this.#child.stdout) throw new Error("no output of Python");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with what Python said */
  async ask<T>(question: object): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the Python process ended");
    const answer = JSON.parse(value) as { readonly error?: string; readonly value: T };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }
}
