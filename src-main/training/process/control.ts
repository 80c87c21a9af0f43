/** How a user steers a run: the loop asks before every step. */
export class TrainingControl {
  #wish: "run" | "stop" | "cancel" = "run";
  #paused = false;
  #wake: (() => void) | undefined;
  readonly #preparation = new AbortController();

  /** Aborted by `stop` and `cancel` alike: while data is being prepared nothing has been learnt that could be kept. */
  get preparation(): AbortSignal {
    return this.#preparation.signal;
  }

  /** `stop` ends after the coming step and keeps what was learnt; `cancel` ends at once and exports nothing. */
  get wish(): "run" | "stop" | "cancel" {
    return this.#wish;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
  }

  stop(): void {
    if (this.#wish === "run") this.#wish = "stop";
    this.#end();
  }

  cancel(): void {
    this.#wish = "cancel";
    this.#end();
  }

  /** Resolves when the run may continue, or is to end. */
  async whilePaused(): Promise<void> {
    while (this.#paused && this.#wish === "run") {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #end(): void {
    this.#preparation.abort();
    this.#wake?.();
  }
}
