import type { RunReference } from "../../src-main/contract/summaries.js";
import type { SaliencyAnswer } from "../../src-main/contract/picture-insight.js";
import type { StudioClient } from "../rpc/studio.js";
import { type Loader, createLoader } from "./loadable.js";

/** Whose picture: a row of the run's data, or any file. */
export type SaliencyQuestion = RunReference & { readonly target: string; readonly class?: string } & ({ readonly row: number } | { readonly path: string });

export interface Saliency extends Loader<SaliencyAnswer> {
  ask(question: SaliencyQuestion | undefined): void;
}

/** Where a network looks. */
export function createSaliency(studio: StudioClient): Saliency {
  const loader = createLoader<SaliencyAnswer>();
  return {
    ...loader,
    ask(question) {
      if (!question) return loader.reset();
      void loader.load((signal) => studio.procedures.pictures.saliency(question, { signal }));
    },
  };
}
