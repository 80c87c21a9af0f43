/** Builds programs of a folder of tests as Lathe's own are built. @param names of the programs' files, without `.ts` */
export function bundle(folder: string, names: readonly string[], out: string): Promise<void>;
