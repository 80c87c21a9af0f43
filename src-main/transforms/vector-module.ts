import { webAssemblyFor } from "../base/web-assembly.js";

/** Functions by name over one memory, of parameters of 32 bits, that return nothing. */
export interface VectorModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly call: (name: string, ...parameters: readonly number[]) => void;
}

/** Starts a module that exports its `memory`, in this thread. @returns undefined where the machine has no vectors of 128 bits. */
export function startModule(code: Uint8Array): VectorModule | undefined {
  const machine = webAssemblyFor(code);
  if (!machine) return undefined;
  const { exports } = new machine.Instance(new machine.Module(code));
  return {
    memory: exports["memory"] as VectorModule["memory"],
    call: (name, ...parameters) => (exports[name] as (...all: readonly number[]) => void)(...parameters),
  };
}
