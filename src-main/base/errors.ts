/**
 * Every failure Lathe explains to a user is a `LatheError`: a stable code for programs, one sentence for people.
 * The command line prints the sentence, the studio shows the same one.
 */

/** The first word of a code is the area; tests and the studio match on whole codes. */
export type ErrorCode =
  | "usage"
  | "internal"
  | "cancelled"
  | "project.missing"
  | "project.invalid"
  | "project.newer"
  | "project.conflict"
  | "project.unsafe"
  | "data.missing"
  | "data.empty"
  | "data.unreadable"
  | "data.ragged"
  | "data.value"
  | "data.column"
  | "data.target"
  | "data.split"
  | "data.changed"
  | "graph.invalid"
  | "graph.shape"
  | "graph.unsupported"
  | "autodiff.not-differentiable"
  | "autodiff.unsupported"
  | "model.layer"
  | "pretrained.missing"
  | "pretrained.unreadable"
  | "training.batch"
  | "training.not-finite"
  | "run.missing"
  | "run.locked"
  | "run.storage"
  | "run.checkpoint"
  | "run.state"
  | "export.parity"
  | "export.format"
  | "export.exists"
  | "engine.unavailable"
  | "engine.failed"
  | "engine.crashed"
  | "rpc.refused"
  | "rpc.invalid"
  | "rpc.closed";

/** What a `LatheError` looks like on a wire or in `--json` output. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error a user can act on: what, where, got, expected, and what to do. */
export class LatheError extends Error {
  override readonly name = "LatheError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.message, details: this.details };
  }

  static fromRecord(record: ErrorRecord): LatheError {
    return new LatheError(record.code, record.message, record.details);
  }
}

/** Any thrown thing as a `LatheError`; what we did not foresee keeps its message under the code `internal`. */
export function toLatheError(thrown: unknown): LatheError {
  if (thrown instanceof LatheError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LatheError("internal", message, {}, { cause: thrown });
}
