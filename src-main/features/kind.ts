import type { z } from "zod";
import type { Random } from "../base/random.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Shape, TensorData, TensorType, Value } from "../onnx/types.js";
import type { TransformSpecs } from "../transforms/index.js";
import type { ColumnValues, FormField, RowAnswered, ValueNote } from "./form.js";

/**
 * One kind of input: everything that Lathe knows of it stands in its file, and nobody else asks what kind an input is. `Draft` is what a project may say of
 * one, `Options` the same with every default filled in, `Fitted` what was learnt of it from the training rows.
 */
export interface InputKind<Draft, Options extends Draft, Fitted> {
  readonly type: string;
  /** What is read, and what the network gets of it, in a few words. */
  readonly summary: string;
  /** How the cells of its columns are read: a missing number is NaN, a missing text "". */
  readonly cells: "number" | "text";
  /** It reads whether a cell is there, and not what it holds: 1 or 0 in a raw input of numbers. What else reads the column is asked first. */
  readonly presence?: true;
  /**
   * What the network reads unless the options say otherwise (`readsOf`): values side by side, `[N, width]`, pictures, `[N, C, height, width]`, rows of a
   * series, `[N, length, columns]`, or numbers of tokens, `[N, length]`. A template begins with layers that suit it.
   */
  readonly reads: "values" | "pictures" | "sequence" | "tokens";
  /**
   * Where a sample's values are kept: in its record; in a store of pictures, whose place its record then holds; or in the rows of the series, among which the
   * sample's own row says where.
   */
  readonly kept: "record" | "pictures" | "series";

  /** Whether one input of the kind reads several columns. */
  readonly gathers: boolean;
  /** Whether a column is read so unless somebody says otherwise. The first of `kindFor` that suits is proposed. */
  suits(column: SeenColumn): boolean;
  /**
   * As Lathe proposes it.
   * @param columns `rest` only where it gathers them.
   * @param values how many different ones its column has, where the network is new too.
   */
  start(name: string, columns: readonly string[] | "rest", values?: number): Draft;
  /** The same of other columns. */
  withColumns(options: Draft, columns: readonly string[]): Draft;
  /** The columns that a project names, each with its place in the options; or every column that has no other role. */
  columns(options: Draft): readonly NamedColumn[] | "rest";
  /** Of a kind kept in the series: the rows it reads, from the sample's own on: -27 to 0 are the last 28. */
  rows?(of: Options | Fitted): RowSpan;
  /** What becomes of a row whose cell is missing: it is used, or not; or there must be none. */
  gaps(options: Pick<Options & Fitted, keyof Options & keyof Fitted>): "keep" | "drop" | "refuse";
  /** What stands for a missing value, where such rows are used, as a sentence continues: "filled with the mean". */
  standIn(options: Options): string;
  /** The options that prepared data depend on. */
  prepared(options: Options): Options;
  /** Changes of training samples, drawn anew in every epoch; undefined for a kind that has none. */
  augmentation(options: Options): TransformSpecs | undefined;
  /** What the network will read, as far as can be told before the rows are read: no shape where it cannot. */
  plan(options: Options, table: PlannedTable): { readonly shape?: Shape; readonly description: string };

  /** @throws LatheError `data.value`, `data.column` where the columns cannot be encoded. */
  fit(options: Options, columns: readonly string[], context: FitContext): Promise<Fitted>;
  /** The columns it reads of any table. */
  columnsOf(fitted: Fitted): readonly string[];
  /** Texts that training knew, and other spellings of them; undefined where it learnt none by heart. */
  known(fitted: Fitted): ReadonlySet<string> | undefined;

  /** Whether the network reads the place of its value in a list, `[N, 1]`, as one token: for an `Embedding`. */
  embedded?(of: Draft | Fitted): boolean;
  /** Where the network reads numbers of tokens: which there may be. @param values how many different values a column has, where that is known. */
  vocabulary?(options: Options, values: (column: string) => number | undefined): Vocabulary | undefined;
  /** Of a kind whose cell is several texts: those of one cell, as many as `rawType` is wide. */
  tokens?(text: string, fitted: Fitted): readonly string[];

  /** Least and most of what the training rows held in one of its columns, in the column's own unit; undefined where that was not kept. */
  range(fitted: Fitted, column: number): { readonly min: number; readonly max: number } | undefined;

  /** Type of the model's input, which is called as the input: float32 `[N, columns]`, string `[N, 1]`, or uint8 `[N, H, W, C]`. */
  rawType(fitted: Fitted): TensorType;
  /** The same for whoever feeds the exported file. */
  describe(fitted: Fitted): string;
  /** What the network reads, float32 `[N, …]`. */
  encodedType(fitted: Fitted): TensorType;
  /** From raw to encoded. The very same piece of graph prepares the training data and begins the exported model. */
  lower(e: Emitter, raw: Value, fitted: Fitted): Value;
  /**
   * The same in Python: a function called as the kind that takes what was learnt, and cells by column, and gives float32 `[N, …]`. Absent of a kind that the
   * PyTorch export cannot read yet.
   */
  readonly python?: string;
  /** Of a kind in a store, what that and so a training batch holds. Of others a batch holds the encoded values. */
  readonly stored?: {
    type(fitted: Fitted): TensorType;
    /** From that to what the network reads: the rest of `InputKind.lower`. */
    lower(e: Emitter, stored: Value, fitted: Fitted): Value;
  };

  /** Counts what the training rows hold, column by column; undefined for a kind whose values say nothing to a person. */
  tally(fitted: Fitted): Tally | undefined;
  /** Values as they might stand in a table, with gaps and strange words among them, for trying a model. `[rows, …]` as `rawType` */
  madeUp(fitted: Fitted, rows: number, random: Random): TensorData;
  /** What a person fills in to ask about one row. @param seen what the training rows held, by column. @param decimal the sign that numbers are written with. */
  fields(fitted: Fitted, seen: Readonly<Record<string, ColumnValues>>, decimal: "," | undefined): readonly FormField[];
  /** What the person should know of an answer: values that are missing, or unlike what training saw. */
  notes(fitted: Fitted, seen: Readonly<Record<string, ColumnValues>>, row: RowAnswered): readonly ValueNote[];
}

/** One kind of target: what is told of an input in `InputKind`, of what is predicted. */
export interface TargetKind<Draft, Options extends Draft, Fitted> {
  readonly type: string;
  /** How the cells of its columns are read: numbers, or texts that stand for classes. */
  readonly cells: "number" | "text";

  /** Whether a random split keeps the shares of its classes alike in every part. */
  readonly stratified: boolean;
  /** Set where samples are drawn by it, so that a row must have it whatever other targets it has. */
  readonly needed?: true;
  /** Set where rows are told apart by it and no class is answered: it is judged on classes that training never saw as well. */
  readonly open?: true;

  /** The columns that a project names, in order, each with its place in the options. */
  columns(options: Draft): readonly NamedColumn[];
  /** Of a kind whose cells list words: whether these do. An empty cell then is a list of none, and not missing. */
  lists?(of: Draft | Fitted): boolean;
  /** The network's output, as far as can be told before the rows are read; not `exact` where the width is an estimate. */
  plan(options: Options, table: PlannedTable): PlannedOutput;
  /** @throws LatheError `data.target` where it cannot be learnt. */
  fit(options: Options, columns: readonly string[], context: FitContext): Promise<Fitted>;

  /** The columns it is read from of any table. */
  columnsOf(fitted: Fitted): readonly string[];
  /** What the values of a sample are called, in order: as their columns; of several rows `<column>+<rows ahead>`, row by row. */
  valuesOf(of: Draft | Fitted): readonly string[];
  /** Rows of a series after the sample's own that it is read from, one behind the other; 0: it is read from the sample's own row. */
  horizon(of: Draft | Fitted): number;
  /** What is predicted is one of these; undefined of numbers. */
  classes(fitted: Fitted): readonly string[] | undefined;
  /** The class of a text that training knew; of a kind with a `reader`, the place of a label. */
  classOf(fitted: Fitted): ReadonlyMap<string, number>;
  /** Of a kind of several labels a sample: what reads the cells of a row. */
  reader?(fitted: Fitted): LabelReader;
  /** Outputs of the network for a sample. */
  width(fitted: Fitted): number;
  /** Values in their columns' own unit, row-major `[n, columns]`, as the network is trained on them. */
  trained(values: Float32Array, fitted: Fitted): Float32Array;
  /** The reverse: those that the network is trained on, in their columns' own unit, without the rounding of float32. */
  restored(values: Float32Array, fitted: Fitted): Float64Array;
  /** From the network's answer, float32 `[N, width]`, to the exported model's, in the column's own unit. */
  lower(e: Emitter, answer: Value, fitted: Fitted): Value;
  /** That output, for whoever uses the exported file. */
  describe(fitted: Fitted): string;

  /** The same in Python; absent of a kind that the PyTorch export cannot read yet. */
  readonly python?: TargetPython<Fitted>;

  /** Columns of a table of predictions. */
  head(fitted: Fitted): readonly string[];
  /**
   * Their cells of a row: the prediction, then the probability of each class; or the numbers. Probabilities that are no numbers decide nothing: the cell is
   * empty. @param outputs of the exported model, `[width]`. @param threshold above which a probability is a yes, for all labels or by label.
   */
  cellsOf(outputs: Float32Array, fitted: Fitted, threshold: Threshold): readonly string[];
}

/** A kind of target in Python. */
export interface TargetPython<Fitted> {
  /** A function `<kind>_target`: from what was learnt, and cells by column, to what the loss is given, NaN or -1 where that cannot be read. */
  readonly reads: string;
  /** A function `<kind>_cells`: from what was learnt, one sample's answers and the threshold to the cells of a row. */
  readonly cells: string;
  /** From the network's answer, after the loss's activation, to the exported model's: `InputKind.lower`. @param answer an expression */
  answer(answer: string, fitted: Fitted): string;
}

/** Above which probability something is said to be so: one for all, or by label. */
export type Threshold = number | Readonly<Record<string, number>>;

/** Reads which labels a row has, of its cells in the order of the target's columns: a missing text is "", a list of none `NO_WORDS`. */
export interface LabelReader {
  /** Puts 1 and 0 by label from `at` on; -1 where training did not know what the cells hold, or nothing is there. */
  read(cells: readonly string[], into: Float32Array, at: number): void;
  /** What cannot be read of a column's cell: "" where it is missing, or texts that training did not know. */
  faultsOf(cell: string, column: number): readonly string[];
  /** What may stand in a column. */
  known(column: number): ReadonlySet<string>;
}

/** A kind with the schemas of what a project says of it and of what was learnt; their types are the kind's. */
export type InputDefinition<O extends z.ZodType, F extends z.ZodType> = InputKind<z.input<O>, z.output<O> & z.input<O>, z.output<F>> & {
  readonly options: O;
  readonly fitted: F;
};

/** The same of a kind of target. */
export type TargetDefinition<O extends z.ZodType, F extends z.ZodType> = TargetKind<z.input<O>, z.output<O> & z.input<O>, z.output<F>> & {
  readonly options: O;
  readonly fitted: F;
};

/** Numbers that an input may be: 0 and up. */
export interface Vocabulary {
  /** How many; absent: the data tell. */
  readonly size?: number | undefined;
  /** What they stand for, as a sentence continues. */
  readonly of: string;
}

/** Rows of a series from `from` to `to`, both among them, counted from a sample's own row on. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/** A column of a table at first sight. */
export interface SeenColumn {
  /** `number`, `boolean`, `text`, `picture`, `prose` of texts that are to be read word by word, … */
  readonly type: string;
  /** Different values. */
  readonly distinct: number;
}

/** A column that a project names, and where in the options it does. */
export interface NamedColumn {
  readonly column: string;
  readonly path: readonly (string | number)[];
}

/** What is known of a table's column before the rows are read. */
export interface ColumnFacts {
  readonly name: string;
  /** Different values, missing ones not among them. */
  readonly distinct: number;
  /** False where `distinct` is an estimate. */
  readonly exact: boolean;
  /** Rows of the value that has fewest, where that was counted. */
  readonly rarest?: number;
  readonly missing: number;
  /** Of a column of numbers. */
  readonly min?: number | undefined;
  readonly mean?: number | undefined;
  readonly max?: number | undefined;
  readonly deviation?: number | undefined;
}

/** The network's output for a target. */
export interface PlannedOutput {
  readonly width?: number;
  /** False where the width is an estimate. */
  readonly exact: boolean;
  readonly description: string;
  /** Of numbers, by column, as the loss sees them. */
  readonly numbers?: readonly TargetNumbers[];
}

/** A column of numbers to predict, as the loss sees it; what is omitted is not known. */
export interface TargetNumbers {
  readonly column: string;
  readonly min?: number | undefined;
  readonly mean?: number | undefined;
  readonly max?: number | undefined;
}

/** A table as `InputKind.plan` sees it. */
export interface PlannedTable {
  column(name: string): ColumnFacts | undefined;
  /** How many columns have no role; undefined where that cannot be told. */
  readonly rest: number | undefined;
}

export interface Tally {
  add(encoded: Float32Array): void;
  values(): readonly (readonly [column: string, values: ColumnValues])[];
}

/** What a kind may ask of the training rows, and where it says what it saw. */
export interface FitContext {
  /** The file, for messages. */
  readonly path: string;
  /** Statistics of a column of numbers over the training rows. */
  numbers(column: string): Promise<NumberStatistics>;
  /** The middle value (mean of the two middle ones) over the training rows. */
  median(column: string): Promise<number>;
  /** How often each text occurs, in the training rows or in all rows in use; at most `limit` + 1 texts. Missing values are not among them. */
  texts(column: string, rows: "train" | "all", limit: number): Promise<ReadonlyMap<string, number>>;
  /** The same of the words that a column's cells list. */
  words(column: string, separator: string, rows: "train" | "all", limit: number): Promise<ReadonlyMap<string, number>>;
  /** Mean and population deviation of each channel of the resized training pictures of an input, as shares of 255. */
  pixels(input: string): Promise<{ readonly mean: readonly number[]; readonly deviation: readonly number[] }>;
  /** What the pictures of more than 8 bits are read by. @see PixelRange of features/image.ts */
  pixelRange(): { readonly bits?: number | undefined; readonly float?: 1 | 255 | undefined };
  warn(code: string, message: string): void;
  /** True for a run that began before texts had one spelling: nothing else is learnt of them than was then. */
  readonly before?: boolean;
}

/** Over the values that are there; `deviation` is the population's. */
export interface NumberStatistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
}
