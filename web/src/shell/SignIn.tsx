import { KeyRound } from "lucide-react";
import { useState } from "react";

import { signIn, useSignedOutReason } from "@/api/session";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { Card } from "@/ui/surface";

import { Mark } from "./Mark";

/** The signed-out state: says why, and takes a token. */
export function SignIn() {
  const reason = useSignedOutReason();
  const [token, setToken] = useState("");
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <Card className="w-full max-w-md space-y-5 p-6 sm:p-8">
        <Mark />
        <div className="space-y-1">
          <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
          <p className="text-sm text-faint">Open the address that Leadgen gave you, or paste your access token.</p>
        </div>
        {reason && (
          <p role="alert" className="rounded-lg bg-fair-wash px-3 py-2 text-sm text-fair">
            {reason}
          </p>
        )}
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            signIn(token);
          }}
        >
          <Field label="Access token" hint="Your operator makes one with “leadgen token”. It stays in this tab only.">
            {(ids) => (
              <TextArea
                {...ids}
                rows={4}
                required
                spellCheck={false}
                autoComplete="off"
                className="font-mono text-xs [overflow-wrap:anywhere]"
                value={token}
                onChange={(event) => setToken(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" look="solid" className="w-full">
            <KeyRound aria-hidden />
            Sign in
          </Button>
        </form>
      </Card>
    </main>
  );
}
