/** WebAssembly's text, which `bootstrap/wat.mjs` assembles when it is built. */
declare module "*.wat" {
  const code: Uint8Array;
  export default code;
}
