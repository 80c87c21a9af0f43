import { defined } from "../base/assert.js";
import type { Executable } from "../engines/engine.js";
import type { FittedData, FittedTarget } from "../features/fitted.js";
import { horizonOf, kindOf, lowerInputs, picturesOf, recordedAs, targetKindOf, targetWidth, widthOf } from "../features/index.js";
import { createEmitter } from "../ops/index.js";
import type { Graph } from "../onnx/types.js";
import { splitFile } from "./cache.js";
import type { PreparedData } from "./prepared.js";
import { RawAssembler, type RawBatch, columnsOf, presencesOf, selectRaw } from "./raw-batch.js";
import { RecordWriter } from "./record-file.js";
import type { Database } from "./sources/database.js";
import { PART, SPLITS, type SplitName } from "./splits.js";
import type { Staged } from "./staging.js";

/** Rows that go through the encoder graph at a time. */
const BATCH = 16_384;

/** The raw inputs whose values records hold; their encodings out, under the name and `.encoded`: what the exported model begins with, alone. */
export function encoderGraph(fitted: FittedData): Graph {
  const e = createEmitter();
  for (const [name, encoded] of lowerInputs(e, { ...fitted, inputs: inRecords(fitted) })) e.graph.output(encoded, `${name}.encoded`);
  return e.graph.build("encoders");
}

/** Inputs whose values stand in records, and not in a store. */
export function inRecords({ inputs }: FittedData): FittedData["inputs"] {
  return inputs.filter((input) => kindOf(input).kept === "record");
}

/** What records hold something of: all but the rows of a series, which are found by a record's row number. */
export function recorded({ inputs, targets, ...rest }: FittedData): FittedData {
  return { ...rest, inputs: inputs.filter((input) => kindOf(input).kept !== "series"), targets: targets.filter((target) => horizonOf(target) === 0) };
}

/** Words of 4 bytes in a record: encoded inputs, targets, row number. */
export function recordWords(fitted: FittedData): number {
  const { inputs, targets } = recorded(fitted);
  return inputs.reduce((sum, i) => sum + widthOf(i), 0) + targets.reduce((sum, t) => sum + targetWidth(t), 0) + 1;
}

/** Of a target, classes or labels that training does not know: how often each occurs, and by part the rows with one that are used for other targets. */
interface Strangers {
  readonly rows: Record<SplitName, number>;
  readonly texts: Map<string, number>;
}

export interface EncodeQuestion {
  readonly fitted: FittedData;
  /** Where what a cell names stands in the store of an input. */
  readonly placeOf: (input: string, path: string) => number;
  /** Whether what a cell names is a picture that can be read. */
  readonly isReadable: (path: string) => boolean;
  /** The encoder graph; undefined where every input is in a store. */
  readonly executable: Executable | undefined;
  readonly writers: readonly RecordWriter[];
  /**
   * Of several targets a row may lack some, or not be of a known class: how many is counted here, by target and part. Absent: a row must have all, and one that
   * does not is left out.
   */
  readonly gaps?: Readonly<Record<string, Record<SplitName, number>>> | undefined;
  /** What training does not know is counted here, by target. */
  readonly strangers: Readonly<Record<string, Strangers>>;
  /** Training rows by class are counted here. */
  readonly classCounts: Readonly<Record<string, number[]>>;
  readonly progress: (done: number) => void;
}

/** Opens a sample file for each part. */
export async function createWriters(folder: string, fitted: FittedData): Promise<readonly RecordWriter[]> {
  const writers: RecordWriter[] = [];
  for (const name of SPLITS) writers.push(await RecordWriter.create(splitFile(folder, name), recordWords(fitted)));
  return writers;
}

/**
 * Streams the staged rows in use through the encoder graph into the sample files, in the file's order.
 * @returns rows of this table that are in no part because training does not know their class.
 */
export async function encodeRows(database: Database, staged: Staged, parts: string, question: EncodeQuestion): Promise<ReadonlyMap<string, number>> {
  const fitted = recorded(question.fitted);
  const selected = ["part", ...selectRaw(columnsOf(fitted, true), staged.number, staged.text)];
  const assembler = new RawAssembler(fitted, Math.min(BATCH, staged.rows), true, 1);
  const partOf = new Int8Array(BATCH);
  const unknown = new Map<string, number>();
  let picked = new Int32Array(0);
  let start = 0;
  const flush = async () => writeBatch(assembler.take(), partOf, { ...question, fitted }, unknown);
  for await (const chunk of database.stream(`SELECT ${selected.join(", ")} FROM ${staged.table} POSITIONAL JOIN ${parts}`)) {
    const part = chunk.getColumnVector(0);
    if (picked.length < chunk.rowCount) picked = new Int32Array(chunk.rowCount);
    let count = 0;
    for (let i = 0; i < chunk.rowCount; i++) if (part.getItem(i) !== PART.skipped) picked[count++] = i;
    const before = start;
    for (let from = 0; from < count;) {
      const at = assembler.size;
      const added = assembler.add(chunk, picked, from, count, (i) => before + i + 1);
      for (let s = 0; s < added; s++) partOf[at + s] = Number(part.getItem(picked[from + s] ?? 0));
      from += added;
      if (assembler.full) await flush();
    }
    start += chunk.rowCount;
    question.progress(start);
  }
  if (assembler.size > 0) await flush();
  return unknown;
}

async function writeBatch(batch: RawBatch, partOf: Int8Array, question: EncodeQuestion, unknown: Map<string, number>): Promise<void> {
  const { fitted, executable, writers, classCounts, gaps, strangers } = question;
  tellPresence(batch, question);
  const outputs = (await executable?.run(batch.inputs)) ?? {};
  const encoded = fitted.inputs.map((input) => {
    if (kindOf(input).kept !== "record") return placesOf(input.name, batch, question);
    const data = defined(outputs[`${input.name}.encoded`], `the encoding of ${input.name}`).data as Float32Array;
    return { words: data, width: widthOf(input) };
  });
  const targets = fitted.targets.map((target) => trainedValues(target, batch));
  const gappy = targets.filter(({ data }) => data.some((_, k) => isGap(data, k)));
  for (let r = 0; r < batch.size; r++) {
    const lacking = gappy.filter((target) => gapsIn(target, r) > 0);
    const lacksAll = lacking.length === targets.length && lacking.every((target) => gapsIn(target, r) === target.width);
    const strange = lacking.filter(({ name }) => batch.strangers?.get(name)?.has(r));
    for (const { name } of strange) for (const text of batch.strangers?.get(name)?.get(r) ?? []) add(strangers[name]?.texts, text);
    const unusable = lacksAll || !gaps ? (strange[0] ?? lacking[0]) : lacking.find(({ needed }) => needed);
    if (unusable) {
      add(unknown, unusable.column);
      continue;
    }
    const part = partOf[r] ?? 0;
    const split = defined(SPLITS[part], "a part");
    for (const { name } of lacking) countIn(gaps?.[name], split);
    for (const { name } of strange) countIn(strangers[name]?.rows, split);
    const writer = defined(writers[part], `the writer of part ${part}`);
    if (writer.full) await writer.flush();
    let at = writer.record();
    const { floats, integers } = writer;
    for (const { words, width } of encoded) {
      const into = words instanceof Float32Array ? floats : integers;
      for (let k = 0, from = r * width; k < width; k++) into[at++] = words[from++] ?? 0;
    }
    for (const target of targets) {
      if (target.kind === "category") integers[at++] = target.data[r] ?? -1;
      else for (let k = 0, from = r * target.width; k < target.width; k++) floats[at++] = target.data[from++] ?? 0;
      const counts = part === PART.train && !lacking.includes(target) ? classCounts[target.name] : undefined;
      if (counts) target.counts?.(counts, r);
    }
    integers[at] = batch.rows[r] ?? 0;
  }
}

function countIn(counts: Record<SplitName, number> | undefined, split: SplitName): void {
  if (counts) counts[split]++;
}

function add(counts: Map<string, number> | undefined, key: string): void {
  counts?.set(key, (counts.get(key) ?? 0) + 1);
}

/** Of pictures whose file cannot be read the cell is there and the picture is not. */
function tellPresence(batch: RawBatch, { fitted, isReadable }: EncodeQuestion): void {
  for (const { name, column } of picturesOf(fitted.inputs)) {
    const paths = defined(batch.inputs[name], name);
    for (const presence of presencesOf(fitted, column)) {
      const told = defined(batch.inputs[presence.name], presence.name);
      if (paths.dtype !== "string" || told.dtype !== "float32") continue;
      paths.data.forEach((path, row) => {
        if (path === "" || !isReadable(path)) told.data[row] = 0;
      });
    }
  }
}

type Trained = ReturnType<typeof trainedValues>;

/** Columns of a target that a row lacks: no class that is known, no number. */
function gapsIn({ data, width }: Trained, row: number): number {
  let gaps = 0;
  for (let k = row * width; k < (row + 1) * width; k++) if (isGap(data, k)) gaps++;
  return gaps;
}

function isGap(data: Trained["data"], k: number): boolean {
  const value = data[k] ?? Number.NaN;
  return data instanceof Int32Array ? value < 0 : Number.isNaN(value);
}

/** Where what the cells of a batch name stands in its store. */
function placesOf(input: string, batch: RawBatch, { placeOf }: EncodeQuestion): { readonly words: Int32Array; readonly width: number } {
  const cells = defined(batch.inputs[input], input);
  return { words: Int32Array.from(cells.dtype === "string" ? cells.data : [], (cell) => placeOf(input, cell)), width: 1 };
}

/** A target's values as records hold them: scaled numbers, 0 and 1, class indices; NaN and -1 where there is none. */
function trainedValues(target: FittedTarget, batch: RawBatch) {
  const raw = defined(batch.targets[target.name], `target ${target.name}`);
  const kind = targetKindOf(target);
  const [width, [column = ""]] = [targetWidth(target), kind.columnsOf(target)];
  const data = raw.dtype === "int64" ? Int32Array.from(raw.data, Number) : kind.trained(raw.data as Float32Array, target);
  /** Counts the classes, or labels, of a row. */
  const count = (counts: number[], r: number): void => {
    const add = (k: number) => (counts[k] = (counts[k] ?? 0) + 1);
    if (!kind.reader) add(data[r] ?? 0);
    else for (let k = 0; k < width; k++) if (data[r * width + k] === 1) add(k);
  };
  return { name: target.name, kind: recordedAs(target), column, width, data, needed: kind.needed === true, counts: kind.cells === "text" ? count : undefined };
}

/** A place in a record, in words. */
export interface RecordField {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  /** `rows`: of a series, which the record's row number leads to; then nothing stands in the record. */
  readonly kind: "input" | "reference" | "rows" | FittedTarget["type"];
  /** The target that it is, where samples may lack it: NaN, or class -1. */
  readonly masked?: string;
}

/** Where inputs and targets stand in a record. */
export function recordLayout(prepared: Pick<PreparedData, "inputs" | "targets">): readonly RecordField[] {
  let offset = 0;
  const place = (name: string, width: number, kind: RecordField["kind"]): RecordField => {
    const entry = { name, offset, width, kind };
    offset += width;
    return entry;
  };
  return [
    ...prepared.inputs.map((i) => place(i.name, i.width, i.rows ? "rows" : i.store ? "reference" : "input")),
    ...prepared.targets.map((t) =>
      t.rows
        ? place(`target.${t.name}`, 0, "rows")
        : { ...place(`target.${t.name}`, t.width, recordedAs({ type: t.kind })), ...(t.masked ? { masked: t.name } : {}) },
    ),
  ];
}
