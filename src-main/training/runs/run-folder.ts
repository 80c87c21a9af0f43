import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";
import { type ErrorRecord, LatheError } from "../../base/errors.js";
import type { EpochEvent } from "../../contract/events.js";
import { RUN_MODEL, digestOf, modelDigest } from "../../contract/run-model.js";
import { whatIsKept } from "./checkpoint.js";
import { describeHolder, holderOf, releaseLock, takeLock } from "../../base/lock.mjs";
import { replaceFileSync } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { lockOf } from "./run-lock.js";
import { inside, makeFolder, openOwnFileSync, openToAppend, readOwnFileSync } from "../../base/own-files.js";
import { makeFolders } from "../../base/make-folders.js";
import { visible } from "../../base/visible.mjs";

/** Where deleted runs lie in a project's `runs`, until the trash is emptied. */
export const TRASH = ".trash";

/** What makes a folder a run. */
const CONFIG = "config.json";

/** A run on disk: `config.json`, `metrics.jsonl`, `log.txt`, `checkpoint/`, `model.onnx`, `report.json`, and `lock` while a process works on it. */
export class RunFolder {
  readonly id: string;
  #locked = false;
  /** Whether it has been seen to have its settings: from then on, one without them was deleted. */
  #configured = false;
  #toldOfLog = false;

  private constructor(readonly path: string) {
    this.id = path.split(/[\\/]/).at(-1) ?? path;
  }

  /** A new, locked run: the next free number in `<project>/runs`. @throws LatheError `run.storage` */
  static create(project: string): RunFolder {
    const runs = inside(project, "runs");
    try {
      makeFolders(runs);
      for (let next = highestRun(runs) + 1; ; next++) {
        const path = join(runs, String(next).padStart(4, "0"));
        if (makeFolder(path)) return begun(new RunFolder(path));
      }
    } catch (thrown) {
      throw storageError(runs, thrown, "No run was made");
    }
  }

  /**
   * An existing run. Not locked.
   * @param which a run id, a path, or undefined for the newest. @throws LatheError `run.missing`
   */
  static open(project: string, which?: string): RunFolder {
    const runs = inside(project, "runs");
    const ids = namesIn(runs)
      .filter((id) => existsSync(join(runs, id, CONFIG)))
      .sort();
    const id = which ?? ids.at(-1);
    if (id === undefined) throw new LatheError("run.missing", `${project} has no runs yet; start one with: train ${project}`);
    for (const path of [join(runs, id), join(runs, id.padStart(4, "0")), id]) {
      if (existsSync(join(path, CONFIG))) return new RunFolder(path === id ? path : inside(runs, relative(runs, path)));
    }
    throw new LatheError("run.missing", `there is no run ${id} in ${runs}; there ${ids.length === 1 ? "is" : "are"} ${ids.join(", ") || "none"}`);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  get checkpoints(): string {
    return inside(this.path, "checkpoint");
  }

  /** Claims the run for this process. A lock whose process is gone is taken over. @throws LatheError `run.locked`, `run.storage` */
  lock(kept = "The run is as it was"): this {
    const path = lockOf(this.path);
    try {
      const holder = takeLock(path);
      if (holder) {
        // A container or a machine that was renamed leaves a lock that no process can be asked about.
        throw new LatheError("run.locked", `run ${this.id} is being trained by ${describeHolder(holder, path)}; wait for it, or stop it`, { ...holder });
      }
    } catch (thrown) {
      throw storageError(path, thrown, kept);
    }
    this.#locked = true;
    this.#configured = existsSync(this.file(CONFIG));
    return this;
  }

  /**
   * Sees before anything is written that this is still the run that was begun. Nothing is made anew in the place of one that was deleted, nor in another that
   * has its number.
   * @throws LatheError `run.missing`
   */
  refuseGone(): void {
    if (!this.#configured) return;
    const what = `the folder of run ${this.id} was deleted or moved while it was trained`;
    const gone = (why: string) => {
      const remedy = `start a new run, or put the folder back and resume it with train --resume ${this.id}`;
      return new LatheError("run.missing", `${what}${why}, so training has stopped; ${remedy}`, { run: this.id, path: this.path });
    };
    if (!existsSync(this.file(CONFIG))) throw gone(` (${this.path})`);
    const holder = this.#locked ? holderOf(lockOf(this.path)) : undefined;
    // A machine may be given another name meanwhile; its processes keep their numbers.
    if (holder && holder.pid !== process.pid) throw gone(`, and another run has its place: that of ${describeHolder(holder, lockOf(this.path))}`);
  }

  unlock(): void {
    if (this.#locked) releaseLock(lockOf(this.path));
    this.#locked = false;
  }

  /** Gives the run free. A new one that has no configuration yet, since that could not be written, is no run and is taken away. */
  dispose(): void {
    this.unlock();
    if (!this.#configured && !existsSync(this.file(CONFIG))) rmdirSync(this.path);
  }

  /** Writes a file whole or not at all. @throws LatheError `run.storage`, `run.missing` */
  write(name: string, content: string | Uint8Array): void {
    this.refuseGone();
    try {
      replaceFileSync(this.file(name), typeof content === "string" ? content : [content]);
    } catch (thrown) {
      throw storageError(this.file(name), thrown, whatIsKept(this.path));
    }
    this.#configured ||= name === CONFIG;
  }

  /** Appends an epoch and returns the file's length after it. @throws LatheError `run.storage`, `run.missing` */
  appendMetrics(event: EpochEvent): number {
    this.refuseGone();
    const path = this.file("metrics.jsonl");
    try {
      const file = openToAppend(path);
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
        fsyncSync(file);
        return fstatSync(file).size;
      } finally {
        closeSync(file);
      }
    } catch (thrown) {
      throw storageError(path, thrown, whatIsKept(this.path));
    }
  }

  /** Forgets what was appended after a checkpoint, so that a resumed run does not say an epoch twice. @throws LatheError `project.unsafe` */
  truncateMetrics(bytes: number): void {
    const path = this.file("metrics.jsonl");
    if (!existsSync(path)) return;
    const file = openOwnFileSync(path, constants.O_RDWR);
    try {
      if (fstatSync(file).size > bytes) ftruncateSync(file, bytes);
    } finally {
      closeSync(file);
    }
  }

  /**
   * What an earlier ending of this run left is no longer its last word, but is kept: `previous-report.json`, and the model that it speaks of. The report goes
   * first: where there is one, the run counts as ended. A model that no report speaks of is of an ending that was killed before its report: it is made again.
   * @throws LatheError `run.storage`, `project.unsafe`
   */
  setAside(): void {
    const [report, model] = [this.file("report.json"), this.file(RUN_MODEL)];
    try {
      if (existsSync(report)) renameSync(report, this.file("previous-report.json"));
      if (!existsSync(model)) return;
      if (modelDigest(this.file("previous-report.json")) === digestOf(readOwnFileSync(model))) renameSync(model, this.file("previous-model.onnx"));
      else rmSync(model, { force: true });
    } catch (thrown) {
      throw storageError(this.path, thrown, "What the run's last ending left is still there; put away what has the name of a file and is none");
    }
  }

  /** Leaves word of why the run ended, for whoever looks at it later; undefined takes it back. */
  markFailed(error: ErrorRecord | undefined): void {
    try {
      if (error) this.write("error.json", `${JSON.stringify(error)}\n`);
      else rmSync(this.file("error.json"), { force: true });
    } catch {
      // The failure itself, a full disk perhaps, is told by other ways.
    }
  }

  /** One line a call, whatever names are in it. @returns why it could not be written, the first time: a log must not stop a run that can continue. */
  log(line: string, time: Date): LatheError | undefined {
    const path = this.file("log.txt");
    try {
      this.refuseGone();
    } catch {
      return undefined; // Whoever writes what matters says so.
    }
    try {
      const file = openToAppend(path);
      try {
        appendFileSync(file, `${time.toISOString()} ${visible(line)}\n`);
      } finally {
        closeSync(file);
      }
    } catch (thrown) {
      const told = this.#toldOfLog;
      this.#toldOfLog = true;
      if (!told) return storageError(path, thrown, "The run continues without a log");
    }
    return undefined;
  }
}

/** Claims a run that was just made; one that cannot be claimed, on a full disk perhaps, is taken away, so that its number is free. */
function begun(run: RunFolder): RunFolder {
  try {
    return run.lock("No run was made");
  } catch (thrown) {
    rmSync(run.path, { recursive: true, force: true });
    throw thrown;
  }
}

/** Of those in the trash too: one that is brought back finds its number free. */
function highestRun(runs: string): number {
  return Math.max(0, ...[...readdirSync(runs), ...namesIn(join(runs, TRASH))].filter((name) => /^\d{1,9}$/.test(name)).map(Number));
}

/** What lies in a folder; nothing where there is none. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
