/**
 * Starts the demo, as `make demo` does, for all tests in the browser; they find its addresses in `inject`.
 * With LEADGEN_SIGN_IN, the address that a running demo has printed, that one is used; GATEWAY_JWT_SECRET and DATABASE_URL
 * are then its own.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";

import type { TestProject } from "vitest/node";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LEADGEN = ".venv/bin/leadgen";
const READY_WITHIN_MS = 240_000;
const ENDS_WITHIN_MS = 60_000;

declare module "vitest" {
  export interface ProvidedContext {
    /** The addresses that sign in: the demo rep, an admin of its tenant, an operator, and a viewer. */
    signIn: string;
    admin: string;
    operator: string;
    viewer: string;
    /** The address that signs a rep of another tenant in. */
    stranger: string;
    database: string;
    /** The gateway's address. */
    gateway: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const secret = process.env.GATEWAY_JWT_SECRET ?? randomBytes(32).toString("base64url");
  const given = process.env.LEADGEN_SIGN_IN;
  const child = given
    ? undefined
    : spawn(LEADGEN, ["demo", "--rows", "20000"], {
        cwd: ROOT,
        env: { ...process.env, GATEWAY_JWT_SECRET: secret },
        stdio: ["ignore", "pipe", "pipe"],
      });
  const run = (...args: string[]): string => execFileSync(LEADGEN, args, { cwd: ROOT }).toString().trim();
  const as = (subject: string, role: string, tenant = "1"): string =>
    run("token", "--tenant", tenant, "--secret", secret, "--user", subject, "--role", role);
  try {
    const { signIn, database } = child ? await addressesIn(child) : { signIn: String(given), database: process.env.DATABASE_URL ?? "" };
    run("tenant", "add", "--tenant", "9", "--name", "Others", "--database-url", database);
    const { origin } = new URL(signIn);
    project.provide("gateway", origin);
    project.provide("database", database);
    project.provide("signIn", signIn);
    project.provide("admin", `${origin}/app/#token=${as("admin@demo.example", "admin")}`);
    project.provide("operator", `${origin}/app/#token=${as("operator@demo.example", "ops")}`);
    project.provide("viewer", `${origin}/app/#token=${as("viewer@demo.example", "viewer")}`);
    project.provide("stranger", `${origin}/app/#token=${as("rep@others.example", "sdr", "9")}`);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return () => stop(child);
}

function addressesIn(child: ChildProcess): Promise<{ signIn: string; database: string }> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`the demo is not ready:\n${said}`)), READY_WITHIN_MS);
    function hear(chunk: Buffer): void {
      said += chunk.toString();
      const signIn = /http:\/\/\S+\/app\/#token=\S+(?=\s)/.exec(said)?.[0];
      const database = /postgres(?:ql)?:\/\/\S+(?=\s)/.exec(said)?.[0];
      if (signIn && database) {
        clearTimeout(timer);
        resolve({ signIn, database });
      }
    }
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
    child.once("error", reject);
  });
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
