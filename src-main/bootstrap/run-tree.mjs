import { spawn, spawnSync } from "node:child_process";

/**
 * Runs a program and waits for it; where `signal` is aborted, it and whatever it started end.
 * @returns {Promise<{ code: number, output: string }>} code 1 where a signal ended it, 127 where it could not be started.
 */
export function runTree(command, args, { cwd, env, signal } = {}) {
  return new Promise((done) => {
    let output = "";
    let timer;
    // A group of its own on POSIX: one signal reaches the compiler that make started for node-gyp.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const end = () => {
      endTree(child.pid, "SIGTERM");
      timer = setTimeout(() => endTree(child.pid, "SIGKILL"), 2000);
    };
    const finish = (result) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      done(result);
    };
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", (error) => finish({ code: 127, output: error.message }));
    child.on("close", (code) => finish({ code: code ?? 1, output }));
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}

function endTree(pid, signal) {
  if (pid === undefined) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It had ended by itself.
  }
}
