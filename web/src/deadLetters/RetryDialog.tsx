/** What a retry would do, asked before it is done, and the reason that is kept. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { plural } from "@/format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Failed, Loading } from "@/ui/states";

export type Selected = { title: string; filter: Omit<Schemas["RetryRequest"], "dry_run"> };

export function RetryDialog({ selected, close, say }: { selected: Selected; close: () => void; say: (words: string) => void }) {
  const client = useQueryClient();
  const [why, setWhy] = useState("");
  const post = (body: Partial<Schemas["RetryRequest"]>) =>
    data(api.POST("/admin/dead-letters/retry", { body: { dry_run: false, ...selected.filter, ...body } }));
  const weighed = useQuery({ queryKey: ["dead-letters", "dry run", selected.filter], queryFn: () => post({ dry_run: true }), gcTime: 0 });
  const retry = useMutation({
    mutationFn: () => post({ why: why.trim() || null }),
    onSuccess: async ({ letters, left }) => {
      say(`${plural(letters, "letter")} opened again${left > 0 ? `; ${plural(left, "more is", "more are")} left: retry again` : ""}. What fails again comes back here.`);
      close();
      await client.invalidateQueries({ queryKey: ["dead-letters"] });
    },
  });
  return (
    <Dialog open onOpenChange={close} title={selected.title} description="The service that failed handles them again, in order per key.">
      {weighed.error ? (
        <Failed error={weighed.error} again={() => void weighed.refetch()} />
      ) : !weighed.data ? (
        <Loading rows={1} label="The letters are counted" />
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            retry.mutate();
          }}
        >
          <p className="text-sm">
            {plural(weighed.data.letters, "letter")} would be retried{weighed.data.left > 0 && `, and ${weighed.data.left} left for another retry`}.
          </p>
          {weighed.data.overtaken > 0 && (
            <p className="text-sm text-fair">
              For {weighed.data.overtaken} of them, a later event of the same company has already been handled. The newest score, visit
              or link stays.
            </p>
          )}
          <Field label="Why, for the record">
            {(ids) => <Input {...ids} value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />}
          </Field>
          {retry.error && (
            <p role="alert" className="text-sm text-bad">
              {asProblem(retry.error).detail}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" look="solid" disabled={retry.isPending}>
              Retry
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
