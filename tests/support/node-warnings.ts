/** What Node warns of is a fault: a listener that leaks, a file that nobody closed. Known ones, with the reason. */
const known = [
  // tests/architecture/packaging.test.ts matches file names by it.
  /ExperimentalWarning: glob is an experimental feature/,
];

/** A line that Node, in this process or another, writes to stderr. */
const LINE = /^\(node:(\d+)\) .*Warning: .*$/gm;

/** The first of Node's warnings in what a process wrote to stderr. */
export function warningIn(stderr: string): string | undefined {
  return [...stderr.matchAll(LINE)].map(([line]) => line).find((line) => !known.some((pattern) => pattern.test(line)));
}

/** What Node warned of while somebody listened. */
export interface Heard {
  /** What was heard since it was asked last. */
  take(): Promise<readonly string[]>;
  /** Listens no longer. */
  end(): void;
}

/**
 * Listens from now on to what Node warns of in this process, and to what processes that Lathe starts from it say of theirs: their stderr comes along with its
 * own.
 */
export function hearWarnings(): Heard {
  const heard: string[] = [];
  const hear = (warning: Error) => {
    if (!known.some((pattern) => pattern.test(`${warning.name}: ${warning.message}`))) heard.push(warning.stack ?? String(warning));
  };
  process.on("warning", hear);
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (chunk: string | Uint8Array, ...more: never[]) => {
    const line = warningIn(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    // Its own were told above, with their stack.
    if (line?.startsWith(`(node:${process.pid})`) === false) heard.push(line);
    return write(chunk, ...more);
  };
  return {
    take: async () => {
      // Warnings are told a turn later.
      await new Promise((resolve) => setImmediate(resolve));
      return heard.splice(0);
    },
    end: () => {
      process.off("warning", hear);
      process.stderr.write = write;
    },
  };
}
