import pc from "picocolors";
import type { ErrorRecord } from "../base/errors.js";
import type { RunEvent } from "../contract/events.js";

/** Where a command's words go: JSON lines on stdout for programs, or text for people. */
export interface Output {
  readonly json: boolean;
  /** An event or result: one JSON line, or nothing where `text` says it better. */
  event(value: object): void;
  /** A line for people; goes to stderr when stdout is for JSON. */
  line(text?: string): void;
  /** Overwrites itself on a terminal, and is not shown elsewhere. */
  transient(text: string): void;
  error(error: ErrorRecord): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true;
  let pending = false;
  const clear = () => {
    if (pending) process.stderr.write("\r\u001b[K");
    pending = false;
  };
  return {
    json,
    event: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    line: (text = "") => {
      clear();
      (json ? process.stderr : process.stdout).write(`${text}\n`);
    },
    transient: (text) => {
      if (!terminal) return;
      clear();
      process.stderr.write(text);
      pending = true;
    },
    error: (error) => {
      clear();
      if (json) process.stdout.write(`${JSON.stringify({ event: "error", ...error })}\n`);
      process.stderr.write(`${pc.red("error:")} ${error.message}\n`);
    },
  };
}

/** Prints what work says of itself while it works. */
export function showEvents(output: Output): (event: RunEvent) => void {
  return (event) => {
    // "done" and "failed" are the command's own last words.
    if (event.event !== "done" && event.event !== "failed") output.event(event);
    switch (event.event) {
      case "run":
        output.line(`run ${event.run}: ${count(event.samples.train)} training rows, ${count(event.parameters)} parameters, ${event.engine} ${event.engineVersion} on ${event.device}, ${event.threads} thread${event.threads === 1 ? "" : "s"}`);
        output.line(pc.dim(`  ${event.reason}`));
        if (event.resumedFrom) output.line(`  resumed in epoch ${event.resumedFrom.epoch}, after step ${event.resumedFrom.step}`);
        return;
      case "stage":
        return output.transient(pc.dim(`${event.stage} ${event.total ? `${Math.floor((100 * event.done) / event.total)} %` : count(event.done)}`));
      case "step":
        return output.transient(pc.dim(`epoch ${event.epoch}, loss ${event.loss === null ? "?" : number(event.loss)}, ${count(Math.round(event.samplesPerSecond))} samples/s, ${duration(event.secondsLeft)} left`));
      case "epoch": {
        const validation = Object.entries(event.validation).filter(([name]) => name === "loss" || /\.(accuracy|rmse)$/.test(name))
          .map(([name, value]) => `${name === "loss" ? "validation loss" : name} ${number(value)}`);
        return output.line(`epoch ${String(event.epoch).padStart(3)}  loss ${number(event.train["loss"])}  ${validation.join("  ")}${event.best ? pc.green("  best") : ""}`);
      }
      case "warning":
        return output.line(`${pc.yellow("warning:")} ${event.message}`);
      case "log":
        return output.line(event.level === "info" ? pc.dim(event.message) : `${pc.yellow(`${event.level}:`)} ${event.message}`);
      case "state":
        return output.line(pc.dim(event.state));
      case "done":
      case "failed":
        return;
    }
  };
}

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });

/** Three significant digits, whole numbers whole, or a dash for what does not exist. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return count(value);
  return Math.abs(value) < 1e-4 || Math.abs(value) >= 1e9 ? value.toExponential(2) : threeDigits.format(value);
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `1:05`, `2:00:07`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
}

/** Columns aligned: text left, numbers right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const right = head.map((_, i) => rows.length > 0 && rows.every((row) => /^[-–\d.,%e+ ]*$/.test(row[i] ?? "")));
  const line = (row: readonly string[]) => row.map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("  ").trimEnd();
  return [pc.bold(line(head)), ...rows.map(line)].join("\n");
}
