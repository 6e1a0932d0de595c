/** The tenant's wishes for new leads in its Odoo: names are as Odoo shows them. Leads that exist stay as they are. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { entriesOf } from "@/icp/entries";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { Card } from "@/ui/surface";

import { KEY } from "./query";

type Wishes = Schemas["LeadWishes"];
const TYPES: Record<Wishes["type"], string> = { lead: "Lead", opportunity: "Opportunity" };

export function LeadSettings({ odoo }: { odoo: Schemas["StoredOdoo"] }) {
  const [type, setType] = useState(odoo.lead.type);
  const [team, setTeam] = useState(odoo.lead.team ?? "");
  const [salesperson, setSalesperson] = useState(odoo.lead.salesperson ?? "");
  const [tags, setTags] = useState(odoo.lead.tags.join(", "));
  const [source, setSource] = useState(odoo.lead.source ?? "");
  const [hasPriority, setPriority] = useState(odoo.lead.has_priority);
  const [hasActivity, setActivity] = useState(odoo.lead.has_activity);
  const [ownFields, setOwnFields] = useState(odoo.own_fields.join(", "));
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      data(
        api.PUT("/odoo", {
          // Without a key the stored one stays, as long as these three do.
          body: {
            url: odoo.url,
            database: odoo.database,
            login: odoo.login,
            own_fields: entriesOf(ownFields),
            lead: {
              type,
              team: team.trim() || null,
              salesperson: salesperson.trim() || null,
              tags: entriesOf(tags),
              source: source.trim() || null,
              has_priority: hasPriority,
              has_activity: hasActivity,
            },
          },
        }),
      ),
    onSuccess: (saved) => client.setQueryData(KEY, saved),
  });
  return (
    <Card className="p-5">
      <form
        aria-labelledby="lead-settings"
        className="space-y-4"
        autoComplete="off"
        onChange={() => save.reset()}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="space-y-0.5">
          <h2 id="lead-settings" className="font-semibold">
            New leads in Odoo
          </h2>
          <p className="text-[13px] text-faint">Names as Odoo shows them. Leads that are there already stay as they are.</p>
        </div>
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Field label="Create as" hint="Opportunities, if “Leads” is off in the settings of Odoo's CRM.">
            {(ids) => (
              <Select {...ids} className="w-full" value={type} onChange={(event) => setType(event.target.value === "lead" ? "lead" : "opportunity")}>
                {Object.entries(TYPES).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Source" hint="Created in Odoo if it is missing.">
            {(ids) => <Input {...ids} maxLength={200} value={source} onChange={(event) => setSource(event.target.value)} />}
          </Field>
          <Field label="Sales team" hint="It must exist in Odoo.">
            {(ids) => <Input {...ids} maxLength={200} value={team} onChange={(event) => setTeam(event.target.value)} />}
          </Field>
          <Field label="Salesperson" hint="The owner of the leads; empty: nobody.">
            {(ids) => <Input {...ids} maxLength={200} value={salesperson} onChange={(event) => setSalesperson(event.target.value)} />}
          </Field>
        </div>
        <Field label="Tags" hint="Separated by commas; created in Odoo where they are missing.">
          {(ids) => <Input {...ids} value={tags} onChange={(event) => setTags(event.target.value)} />}
        </Field>
        <Field label="Fields that Leadgen always writes" hint="Such as company.website, separated by commas. Others stay as people edited them.">
          {(ids) => <Input {...ids} value={ownFields} onChange={(event) => setOwnFields(event.target.value)} />}
        </Field>
        <fieldset className="space-y-2 text-sm">
          <legend className="sr-only">Each lead gets</legend>
          <Check label="Stars by its bucket" isOn={hasPriority} set={setPriority} />
          <Check label="A next activity: whom to call, and what to say first" isOn={hasActivity} set={setActivity} />
        </fieldset>
        {save.error && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
            {asProblem(save.error).detail}
          </p>
        )}
        <div className="flex items-center gap-3">
          <Button type="submit" look="solid" disabled={save.isPending}>
            {save.isPending ? "Saving …" : "Save lead settings"}
          </Button>
          <p role="status" className="text-[13px] text-faint">
            {save.isSuccess && "Saved. “Check” says whether Odoo has these names."}
          </p>
        </div>
      </form>
    </Card>
  );
}

function Check({ label, isOn, set }: { label: string; isOn: boolean; set: (isOn: boolean) => void }) {
  return (
    <label className="flex items-center gap-2.5">
      <input type="checkbox" className="size-4 accent-accent" checked={isOn} onChange={(event) => set(event.target.checked)} />
      {label}
    </label>
  );
}
