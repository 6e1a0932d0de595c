/** The tenant's Odoo connection, for its admins. Its API key can be set, and is never shown. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, PlugZap, TriangleAlert } from "lucide-react";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { time } from "@/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Failed, Loading } from "@/ui/states";
import { Card, Heading } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { LeadSettings } from "./LeadSettings";
import { KEY } from "./query";

/** How often the outcome of a check is asked for while it is awaited, and for how long. */
const ASK_EVERY_MS = 2_000;
const AWAIT_MS = 120_000;

export function OdooView() {
  const client = useQueryClient();
  const [awaited, setAwaited] = useState<string | null>(null);
  const stored = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<Schemas["StoredOdoo"] | null> => {
      try {
        return await data(api.GET("/odoo", { signal }));
      } catch (error) {
        if (asProblem(error).status === 404) return null; // there is no connection yet
        throw error;
      }
    },
    refetchInterval: ({ state }) => (awaited && isAwaited(state.data, awaited) ? ASK_EVERY_MS : false),
  });
  const check = useMutation({
    mutationFn: () => data(api.POST("/odoo/check")),
    onSuccess: ({ requested_at: at }) => {
      setAwaited(at);
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
  useTitle("Odoo");
  return (
    <ScrollingView name="Odoo" className="max-w-3xl space-y-5">
      <Heading title="Odoo" note="Leads with a high score are written to this Odoo. Without a connection they are stored and sent later." />
      {stored.error ? (
        <Failed error={stored.error} again={() => void stored.refetch()} />
      ) : stored.data === undefined ? (
        <Loading rows={2} label="The connection is loading" />
      ) : (
        <>
          {stored.data && (
            <State
              odoo={stored.data}
              isChecking={check.isPending || (awaited !== null && isAwaited(stored.data, awaited))}
              check={() => check.mutate()}
              error={check.error}
            />
          )}
          <Connection key={stored.data?.changed_at ?? "none"} odoo={stored.data} />
          {stored.data && <LeadSettings key={`${stored.data.url} ${stored.data.database}`} odoo={stored.data} />}
        </>
      )}
    </ScrollingView>
  );
}

/** Whether the check that was requested then has not come back yet; one that takes too long is not awaited further. */
function isAwaited(odoo: Schemas["StoredOdoo"] | null | undefined, requestedAt: string): boolean {
  if (Date.now() - Date.parse(requestedAt) > AWAIT_MS) return false;
  return !odoo?.last_check || Date.parse(odoo.last_check.checked_at) < Date.parse(requestedAt);
}

type StateProps = { odoo: Schemas["StoredOdoo"]; isChecking: boolean; check: () => void; error: unknown };

function State({ odoo, isChecking, check, error }: StateProps) {
  const problems = odoo.last_check?.problems ?? [];
  const isGood = odoo.last_check && problems.length === 0 && !odoo.blocked;
  const Icon = isGood ? CircleCheck : TriangleAlert;
  return (
    <Card className="flex flex-wrap items-start gap-3 p-4">
      {odoo.last_check && <Icon className={isGood ? "mt-0.5 size-5 text-good" : "mt-0.5 size-5 text-fair"} aria-hidden />}
      <div className="min-w-0 flex-1 space-y-1 text-sm" role="status">
        <p className="font-medium">
          {isChecking ? "Checking …" : isGood ? "Odoo accepts leads." : odoo.last_check ? "Odoo does not accept leads." : "Not checked yet."}
        </p>
        {odoo.blocked && <p className="text-bad">{odoo.blocked}</p>}
        <ul className="list-disc space-y-0.5 pl-4 text-soft empty:hidden">
          {problems.map((it) => (
            <li key={it}>{it}</li>
          ))}
        </ul>
        {odoo.last_check && <p className="text-xs text-faint">checked {time(odoo.last_check.checked_at)}</p>}
        {error ? <p className="text-bad">{asProblem(error).detail}</p> : null}
      </div>
      <Button onClick={check} disabled={isChecking}>
        <PlugZap aria-hidden />
        Check
      </Button>
    </Card>
  );
}

function Connection({ odoo }: { odoo: Schemas["StoredOdoo"] | null }) {
  const [url, setUrl] = useState(odoo?.url ?? "");
  const [database, setDatabase] = useState(odoo?.database ?? "");
  const [login, setLogin] = useState(odoo?.login ?? "");
  const [apiKey, setApiKey] = useState("");
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      data(
        api.PUT("/odoo", {
          body: {
            url: url.trim(),
            database: database.trim(),
            login: login.trim() || null,
            own_fields: odoo?.own_fields ?? [],
            api_key: apiKey || null,
          },
        }),
      ),
    onSuccess: (saved) => client.setQueryData(KEY, saved),
  });
  return (
    <Card className="p-5">
      <form
        className="space-y-4"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Address" hint="https, with a public name, such as https://acme.odoo.com">
          {(ids) => <Input {...ids} type="url" required value={url} onChange={(event) => setUrl(event.target.value)} />}
        </Field>
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Field label="Database">{(ids) => <Input {...ids} required value={database} onChange={(event) => setDatabase(event.target.value)} />}</Field>
          <Field label="Login" hint="The key's user; needed before Odoo 19.">
            {(ids) => <Input {...ids} value={login} onChange={(event) => setLogin(event.target.value)} />}
          </Field>
        </div>
        <Field label="API key" hint={odoo ? "Leave it empty to keep the stored key." : "It is stored encrypted, and never shown again."}>
          {(ids) => (
            <Input {...ids} type="password" autoComplete="new-password" required={odoo === null} value={apiKey} onChange={(event) => setApiKey(event.target.value)} />
          )}
        </Field>
        {save.error && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
            {asProblem(save.error).detail}
          </p>
        )}
        <Button type="submit" look="solid" disabled={save.isPending}>
          {save.isPending ? "Saving …" : "Save"}
        </Button>
      </form>
    </Card>
  );
}
