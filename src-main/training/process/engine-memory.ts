import { createHash } from "node:crypto";
import { cpus, release } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../../base/replace-file.js";
import type { EngineCandidate } from "../../engines/index.js";
import type { EngineDecision, EnginePlace } from "./engine-decision.js";
import type { TrainingSpec } from "../network/specification.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { makeFolders } from "../../base/make-folders.js";
import { readOwnJsonSync } from "../../base/own-json.js";

/** `.lathe/engine-choices.json` of a project: which engine was the quickest for which network on which machine. It may be deleted at any time. */
const place = { engine: z.string(), device: z.string(), date: z.iso.datetime() };
const memorySchema = z.object({
  version: z.literal(1),
  choices: z.record(z.string(), z.object({ ...place, reason: z.string() })),
  /** By machine: being tried when this was written. Where it still stands at the next start, the process did not survive it. */
  trying: z.record(z.string(), z.object(place)),
});
type Memory = z.infer<typeof memorySchema>;

/** Drivers are installed and machines change in ways that no key tells: what was measured long ago is measured again. */
const DAYS_KEPT = 30;
const DAY = 24 * 3600 * 1000;

/** What a project remembers of engines that were tried. What cannot be read or written is as if it was never tried. */
export class EngineMemory {
  readonly #path: string;
  readonly #now: () => Date;
  readonly #machine: string;
  readonly #key: string;
  #memory: Memory;

  /** @param candidates all that may be chosen @param threads inside an operator */
  constructor(folder: string, spec: TrainingSpec, candidates: readonly EngineCandidate[], threads: number, now: () => Date) {
    this.#path = join(folder, ".lathe", "engine-choices.json");
    this.#now = now;
    this.#machine = hash([process.platform, process.arch, release(), cpus().map(({ model }) => model), candidates]);
    this.#key = hash([this.#machine, threads, timedBy(spec)]);
    this.#memory = readMemory(this.#path);
  }

  /** What was chosen for this network on this machine. */
  get choice(): EngineDecision | undefined {
    const found = this.#memory.choices[this.#key];
    return found && this.#isFresh(found.date)
      ? { engine: found.engine, device: found.device, reason: `measured earlier on this machine (${found.date.slice(0, 10)}): ${found.reason}` }
      : undefined;
  }

  /** Why one had better not be tried: the process that did so did not live to tell. */
  refusal(of: EnginePlace): string | undefined {
    const found = this.#memory.trying[this.#trialOf(of)];
    if (!found || !this.#isFresh(found.date)) return undefined;
    return `the engine process ended while it was tried on ${found.date.slice(0, 10)}; to try again, delete ${this.#path}`;
  }

  async keep({ engine, device, reason }: EngineDecision): Promise<void> {
    await this.#change((memory) => {
      memory.choices[this.#key] = { engine, device, reason, date: this.#now().toISOString() };
    });
  }

  async forgetChoice(): Promise<void> {
    await this.#change((memory) => {
      Reflect.deleteProperty(memory.choices, this.#key);
    });
  }

  /** Native code may take the process along: what is about to be tried is written down, and taken back by `survived`. */
  async trying({ engine, device }: EnginePlace): Promise<void> {
    await this.#change((memory) => {
      memory.trying[this.#trialOf({ engine, device })] = { engine, device, date: this.#now().toISOString() };
    });
  }

  async survived(of: EnginePlace): Promise<void> {
    await this.#change((memory) => {
      Reflect.deleteProperty(memory.trying, this.#trialOf(of));
    });
  }

  #trialOf({ engine, device }: EnginePlace): string {
    return `${this.#machine} ${engine} ${device}`;
  }

  #isFresh(date: string): boolean {
    const age = this.#now().getTime() - Date.parse(date);
    return age >= 0 && age < DAYS_KEPT * DAY;
  }

  async #change(edit: (memory: Memory) => void): Promise<void> {
    // Another run may have written since.
    const memory = readMemory(this.#path);
    edit(memory);
    for (const part of [memory.choices, memory.trying])
      for (const [key, { date }] of Object.entries(part)) if (!this.#isFresh(date)) Reflect.deleteProperty(part, key);
    this.#memory = memory;
    try {
      makeFolders(dirname(this.#path));
      await replaceFile(this.#path, `${JSON.stringify(memory, null, 2)}\n`);
    } catch {
      // It is measured again next time; a run that can train must not stop for that.
    }
  }
}

function readMemory(path: string): Memory {
  const empty: Memory = { version: 1, choices: {}, trying: {} };
  try {
    return memorySchema.safeParse(readOwnJsonSync(path, JSON_BOUNDS.document)).data ?? empty;
  } catch {
    return empty;
  }
}

/** All that the time of a step depends on. Learning rates, schedules and seeds are not among it: who tries another does not measure again. */
function timedBy({ plan, inputs, targets, training, whole }: TrainingSpec): unknown {
  return [
    plan.layers.map(({ id, owner, definition, config, from }) => [id, owner, definition.type, config, from]),
    plan.outputs,
    [...inputs],
    targets,
    training.batchSize,
    training.optimizer.type,
    training.losses,
    training.combine,
    training.clipGradNorm !== undefined,
    training.clipGradValue !== undefined,
    ...(training.groups ?? []),
    ...(whole ? [[...whole.kept]] : []),
  ];
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}
