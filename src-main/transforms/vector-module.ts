/** Functions by name over one memory, of parameters of 32 bits, that return nothing. */
export interface VectorModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly call: (name: string, ...parameters: readonly number[]) => void;
}

/** What is used of the global `WebAssembly`, which Node's types leave to the browser's. */
interface WebAssemblyLike {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly validate: (code: Uint8Array) => boolean;
}

/** Starts a module that exports its `memory`, in this thread. @returns undefined where the machine has no vectors of 128 bits. */
export function startModule(code: Uint8Array): VectorModule | undefined {
  const { WebAssembly: machine } = globalThis as { readonly WebAssembly?: WebAssemblyLike };
  if (!machine?.validate(code)) return undefined;
  const { exports } = new machine.Instance(new machine.Module(code));
  return {
    memory: exports["memory"] as VectorModule["memory"],
    call: (name, ...parameters) => (exports[name] as (...all: readonly number[]) => void)(...parameters),
  };
}
