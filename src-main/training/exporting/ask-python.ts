import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { LatheError } from "../../base/errors.js";
import { inWorkFolder } from "../../base/work-folder.js";
import type { CertifiedAnswers, Compared } from "../../contract/certificate.js";
import { splitRecords } from "../../datasets/sources/csv-records.js";

const run = promisify(execFile);

/** How far PyTorch's answers may be from the trainer's: of probabilities as they are, of numbers as a share of the column's largest. */
const PYTHON_TOLERANCE = 1e-5;
/** Of what a program says the last lines are told. */
const TOLD = 500;

/** A Python with PyTorch and NumPy: the one that LATHE_TORCH_PYTHON names, else that of the system; undefined where there is none. */
export async function findPython(): Promise<string | undefined> {
  const named = process.env["LATHE_TORCH_PYTHON"];
  for (const program of named === undefined ? ["python3", "python"] : [named]) {
    const works = await run(program, ["-c", "import torch, numpy"], { timeout: 120_000 }).then(
      () => true,
      () => false,
    );
    if (works) return program;
  }
  return undefined;
}

interface PythonQuestion {
  readonly python: string;
  /** With `predict.py`. */
  readonly folder: string;
  /** The table, absolute. */
  readonly data: string;
  readonly answers: CertifiedAnswers;
  readonly signal: AbortSignal;
}

/**
 * Has a folder's `predict.py` answer a table and compares with what the trainer said of some rows.
 * @throws LatheError `export.parity` where they differ or the program fails, `cancelled`
 */
export async function askPython({ python, folder, data, answers, signal }: PythonQuestion): Promise<Compared> {
  return inWorkFolder(async (work) => {
    const out = join(work, "answers.csv");
    try {
      await run(python, ["-B", join(folder, "predict.py"), data, "--out", out], { signal, maxBuffer: 1 << 26 });
    } catch (thrown) {
      if (signal.aborted) throw new LatheError("cancelled", "the comparison was cancelled");
      const { stderr = "" } = thrown as { readonly stderr?: string };
      throw new LatheError("export.parity", `predict.py failed in ${python}: ${stderr.trim().slice(-TOLD) || String(thrown)}`, {}, { cause: thrown });
    }
    return compare(readFileSync(out, "utf8"), answers);
  });
}

function compare(text: string, { split, rows, targets }: CertifiedAnswers): Compared {
  const [head = [], ...lines] = splitRecords(text, true, { delimiter: ",", quote: '"', escape: '"' }, Number.POSITIVE_INFINITY).map(({ fields }) => fields);
  const byRow = new Map(lines.map((line) => [Number(line[0]), line]));
  let maxDifference = 0;
  for (const { name, width, values } of targets) {
    const wanted = new Float32Array(Uint8Array.from(Buffer.from(values, "base64")).buffer);
    const columns = columnsOf(head, name, width);
    const probabilities = head.includes(name) && columns[0] !== head.indexOf(name);
    columns.forEach((column, k) => {
      const own = wanted.filter((_, i) => i % width === k);
      const unit = probabilities ? 1 : own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      rows.forEach((row, i) => {
        const cell = byRow.get(row)?.[column];
        const difference = Math.abs((cell === undefined || cell === "" ? Number.NaN : Number(cell)) - (own[i] ?? Number.NaN)) / unit;
        maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Number.MAX_VALUE : difference);
      });
    });
  }
  if (maxDifference > PYTHON_TOLERANCE)
    throw new LatheError(
      "export.parity",
      `the answers of predict.py differ from the trainer's by up to ${maxDifference.toPrecision(2)} on ${rows.length} ${split} rows, allowed are ` +
        `${PYTHON_TOLERANCE}; the folder is not handed out`,
    );
  return { with: "the trainer", by: "python", samples: rows.length, split, maxDifference, tolerance: PYTHON_TOLERANCE };
}

/** Where a target's numbers stand: behind the prediction, or in its place; of yes and no that of yes, which comes last. */
function columnsOf(head: readonly string[], name: string, width: number): readonly number[] {
  const own = head.flatMap((title, k) => (title === name || title.startsWith(`${name}:`) ? [k] : []));
  return own.slice(-width);
}
