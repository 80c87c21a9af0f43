/** Where the page of an Electron window comes from: a scheme of our own, so that it has an origin of its own and sees no other file. */
export const pageScheme = "lathe";
export const pageAddress = `${pageScheme}://studio/`;

/** What the preload script calls the port it forwards, to main and to the page alike. */
export const portMessage = "lathe:port";
