/**
 * Starts the demo, as `make demo` does, for all tests in the browser; they find its addresses in `inject`.
 * With LEADGEN_SIGN_IN, the address that a running demo has printed, that one is used.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { TestProject } from "vitest/node";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const READY_WITHIN_MS = 240_000;
const ENDS_WITHIN_MS = 60_000;

declare module "vitest" {
  export interface ProvidedContext {
    /** The address that signs the demo rep in. */
    signIn: string;
    /** The gateway's address. */
    gateway: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.LEADGEN_SIGN_IN;
  if (given) {
    project.provide("signIn", given);
    project.provide("gateway", new URL(given).origin);
    return () => Promise.resolve();
  }
  const child = spawn(".venv/bin/leadgen", ["demo", "--rows", "20000"], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  try {
    const signIn = await addressIn(child);
    project.provide("signIn", signIn);
    project.provide("gateway", new URL(signIn).origin);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return () => stop(child);
}

function addressIn(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`the demo is not ready:\n${said}`)), READY_WITHIN_MS);
    function hear(chunk: Buffer): void {
      said += chunk.toString();
      const address = /http:\/\/\S+\/app\/#token=\S+(?=\s)/.exec(said)?.[0];
      if (address) {
        clearTimeout(timer);
        resolve(address);
      }
    }
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
    child.once("error", reject);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
