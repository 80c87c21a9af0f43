import { becomeCli, prepare, root } from "./shared.mjs";

await prepare();
// npm runs scripts in the package's folder; paths on the command line start where the user is.
if (process.env.npm_lifecycle_event === "lathe" && process.env.INIT_CWD && process.cwd() === root) process.chdir(process.env.INIT_CWD);
await becomeCli(process.argv.slice(2));
