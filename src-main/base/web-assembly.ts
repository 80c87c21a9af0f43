/** What is used of the global `WebAssembly`, which Node's types leave to the browser's. */
export interface WebAssemblyLike {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports?: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  /** @throws RangeError where so much cannot be had */
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly validate: (code: Uint8Array) => boolean;
}

/** Undefined where the machine has no WebAssembly, or not what this code asks of it, such as vectors of 128 bits. */
export function webAssemblyFor(code: Uint8Array): WebAssemblyLike | undefined {
  const { WebAssembly: machine } = globalThis as { readonly WebAssembly?: WebAssemblyLike };
  return machine?.validate(code) ? machine : undefined;
}
