/** Node's resolve hook (https://nodejs.org/docs/latest-v20.x/api/module.html#resolvespecifier-context-nextresolve). */
export function resolve(specifier, context, next) {
  if (specifier === "electron") return { url: new URL("./electron.mjs", import.meta.url).href, shortCircuit: true };
  return next(specifier, context);
}
