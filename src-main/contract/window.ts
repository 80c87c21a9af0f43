/** What the preload script calls the port it forwards, to main and to the page alike. */
export const portMessage = "lathe:port";
