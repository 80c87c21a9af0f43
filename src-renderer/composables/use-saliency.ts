import type { Ref } from "vue";
import type { SaliencyAnswer } from "../../src-main/contract/picture-insight.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader, type Loadable } from "../fetching/loadable.js";

/** Whose picture: a row of the run's data, or any file. */
export type SaliencyQuestion = RunReference & { readonly target: string; readonly class?: string; readonly layer?: string } & (
    { readonly row: number } | { readonly path: string }
  );

export interface Saliency {
  readonly state: Readonly<Ref<Loadable<SaliencyAnswer>>>;
  /** Undefined: what was told is forgotten. */
  ask(question: SaliencyQuestion | undefined): void;
}

/** Where a network looks. */
export function useSaliency(): Saliency {
  const studio = useStudio();
  const loader = createLoader<SaliencyAnswer>();
  return {
    state: loader.state,
    ask(question) {
      if (!question) return loader.reset();
      void loader.load((signal) => studio.procedures.pictures.saliency(question, { signal }));
    },
  };
}
