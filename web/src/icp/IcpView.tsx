/** The tenant's ideal customer profile: which companies come first, and score higher. */
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { icp as icpQuery } from "@/api/queries";
import { useRole } from "@/shell/role";
import { sentenceCase } from "@/format";
import { useSettled } from "@/settled";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Field, Input, TextArea } from "@/ui/field";
import { Failed, Loading } from "@/ui/states";
import { Card, Heading } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { entriesOf, numberOf, textOf } from "./entries";
import { matchesOf, noteOf, type Wanted } from "./matches";

/** The profile is counted after a pause of this length in typing. */
const SETTLED_MS = 400;

export function IcpView() {
  const { data: icp, error, refetch } = useQuery(icpQuery);
  useTitle("Ideal customer");
  return (
    <ScrollingView name="Ideal customer" className="max-w-3xl space-y-5">
      <Heading title="Ideal customer" note="Companies close to this profile come first and score higher. Empty fields are ignored." />
      {error ? <Failed error={error} again={() => void refetch()} /> : icp ? <Form key={JSON.stringify(icp)} icp={icp} /> : <Loading rows={3} label="The profile is loading" />}
    </ScrollingView>
  );
}

function Form({ icp }: { icp: Schemas["IcpShown"] }) {
  const [industries, setIndustries] = useState(textOf(icp.industries));
  const [employeesFrom, setEmployeesFrom] = useState(String(icp.employees_from ?? ""));
  const [employeesTo, setEmployeesTo] = useState(String(icp.employees_to ?? ""));
  const [ageFrom, setAgeFrom] = useState(String(icp.age_from ?? ""));
  const [ageTo, setAgeTo] = useState(String(icp.age_to ?? ""));
  const [districts, setDistricts] = useState((icp.districts ?? []).join(", "));
  const [technologies, setTechnologies] = useState((icp.technologies ?? []).join(", "));
  const mayChange = useRole() !== "viewer";
  const client = useQueryClient();
  const wanted: Wanted = {
    industries: entriesOf(industries),
    employees_from: numberOf(employeesFrom),
    employees_to: numberOf(employeesTo),
    age_from: numberOf(ageFrom),
    age_to: numberOf(ageTo),
    districts: entriesOf(districts),
    technologies: entriesOf(technologies),
  };
  const preview = usePreview(wanted);
  const titles = preview.found?.titles ?? icp.titles;
  const save = useMutation({
    mutationFn: () => data(api.PUT("/icp", { body: wanted })),
    onSuccess: (saved) => {
      client.setQueryData(icpQuery.queryKey, saved);
      client.removeQueries({ queryKey: ["scores"] }); // its pages are of the list as it was
    },
  });
  return (
    <Card className="p-5">
      <form
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Industries" hint="Words, or SSIC codes; one per line. Empty: any industry.">
          {(ids) => <TextArea {...ids} rows={4} value={industries} onChange={(event) => setIndustries(event.target.value)} />}
        </Field>
        {Object.keys(titles).length > 0 && (
          <ul className="-mt-3 flex flex-wrap gap-1.5" aria-label="These codes mean">
            {Object.entries(titles).map(([code, title]) => (
              <li key={code}>
                <Badge tone="accent" className="whitespace-normal">
                  {code} · {sentenceCase(title)}
                </Badge>
              </li>
            ))}
          </ul>
        )}
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Numeric label="Employees from" value={employeesFrom} change={setEmployeesFrom} />
          <Numeric label="Employees to" value={employeesTo} change={setEmployeesTo} />
          <Numeric label="Age from, in years" value={ageFrom} change={setAgeFrom} />
          <Numeric label="Age to, in years" value={ageTo} change={setAgeTo} />
        </div>
        <Field label="Postal districts" hint="01 to 28, separated by commas.">
          {(ids) => <Input {...ids} value={districts} onChange={(event) => setDistricts(event.target.value)} />}
        </Field>
        <Field label="Technologies" hint="Such as Shopify, WordPress; separated by commas.">
          {(ids) => <Input {...ids} value={technologies} onChange={(event) => setTechnologies(event.target.value)} />}
        </Field>
        <Matches wanted={wanted} {...preview} />
        {save.error && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
            {asProblem(save.error).detail}
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="solid" disabled={save.isPending || !mayChange}>
            {save.isPending ? "Saving …" : "Save"}
          </Button>
          <p className="text-[13px] text-faint" role="status">
            {mayChange ? "If it changes, all leads are scored again, in the background." : "A viewer may look at it, not change it."}
          </p>
        </div>
      </form>
    </Card>
  );
}

type Preview = { found?: Schemas["IcpPreview"]; error?: unknown };

/** What the profile as it is being edited means and matches. An answer belongs to its profile: none is shown late. */
function usePreview(wanted: Wanted): Preview {
  const asked = JSON.stringify(wanted);
  const settled = useSettled(asked, SETTLED_MS);
  const isSettled = settled === asked;
  const { data: found, error } = useQuery({
    queryKey: ["icp-preview", settled],
    queryFn: isSettled ? ({ signal }) => data(api.POST("/icp/preview", { body: wanted, signal })) : skipToken,
    staleTime: 60_000,
    retry: false,
  });
  return isSettled ? { found, error } : {};
}

function Matches({ wanted, found, error }: Preview & { wanted: Wanted }) {
  return (
    <div role="status" aria-label="Matches" className="min-h-9 rounded-lg bg-sunken px-3 py-2 text-[13px]">
      {error ? (
        <p className="text-fair">{asProblem(error).detail}</p>
      ) : found ? (
        <>
          <span className="font-medium">{matchesOf(wanted, found)}</span> <span className="text-soft">{noteOf(found)}</span>
        </>
      ) : (
        <span className="text-faint">Counting …</span>
      )}
    </div>
  );
}

function Numeric({ label, value, change }: { label: string; value: string; change: (value: string) => void }) {
  return <Field label={label}>{(ids) => <Input {...ids} type="number" min={0} value={value} onChange={(event) => change(event.target.value)} />}</Field>;
}
