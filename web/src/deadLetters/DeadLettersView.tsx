/** Dead letters of all tenants, for operators: by reason, one by one, and a retry that says first what it would do. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, MailCheck, RotateCcw } from "lucide-react";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { plural, time } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";
import { Card, Heading } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { RetryDialog, type Selected } from "./RetryDialog";

type Group = Schemas["Group"];
const EVERY_MS = 5_000;

export function DeadLettersView() {
  const [selected, select] = useState<Selected | null>(null);
  const [said, say] = useState("");
  const groups = useQuery({
    queryKey: ["dead-letters"],
    queryFn: ({ signal }) => data(api.GET("/admin/dead-letters/groups", { signal })),
    refetchInterval: EVERY_MS,
  });
  useTitle("Dead letters");
  return (
    <ScrollingView name="Dead letters" className="max-w-5xl space-y-4">
      <Heading
        title="Dead letters"
        note="Events that a service gave up, of all tenants. Fix the cause, then retry. A retry repeats no completed work."
      />
      <p role="status" className="text-[13px] text-soft empty:hidden">
        {said}
      </p>
      {groups.error && !groups.data ? (
        <Failed error={groups.error} again={() => void groups.refetch()} />
      ) : !groups.data ? (
        <Loading rows={3} label="Dead letters are loading" />
      ) : groups.data.groups.length === 0 ? (
        <Empty icon={MailCheck} title="No dead letters">
          Every event was handled, or is still being tried. An event that fails for a day, or with an
          error that a retry cannot fix, appears here.
        </Empty>
      ) : (
        <ul className="space-y-3">
          {groups.data.groups.map((group) => (
            <li key={`${group.consumer} ${group.topic} ${group.reason}`}>
              <GroupCard group={group} select={select} />
            </li>
          ))}
        </ul>
      )}
      {selected && <RetryDialog selected={selected} close={() => select(null)} say={say} />}
    </ScrollingView>
  );
}

function GroupCard({ group, select }: { group: Group; select: (selected: Selected) => void }) {
  const [isOpen, open] = useState(false);
  const { consumer, topic, reason } = group;
  return (
    <Card className="space-y-2.5 p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h2 className="font-semibold">{plural(group.letters, "letter")}</h2>
        <Badge tone="bad">{consumer}</Badge>
        <span className="font-mono text-xs text-faint">{topic}</span>
        <div className="ml-auto flex gap-2">
          <Button size="small" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            <ChevronDown aria-hidden className={isOpen ? "rotate-180" : undefined} />
            {isOpen ? "Hide them" : "Show them"}
          </Button>
          <Button size="small" look="solid" onClick={() => select({ title: `Retry ${plural(group.letters, "letter")} of ${consumer}?`, filter: { consumer, topic, group: reason } })}>
            <RotateCcw aria-hidden />
            Retry {group.letters === 1 ? "it" : "all"}
            <span className="sr-only"> of {consumer}: {group.example}</span>
          </Button>
        </div>
      </div>
      <p className="text-[13px] text-soft [overflow-wrap:anywhere]">{group.letters === 1 ? group.example : reason}</p>
      <p className="text-xs text-faint">
        {group.letters === 1 ? `since ${time(group.last_at)}` : `from ${time(group.first_at)} to ${time(group.last_at)}`}
      </p>
      {isOpen && <Letters group={group} select={select} />}
    </Card>
  );
}

function Letters({ group, select }: { group: Group; select: (selected: Selected) => void }) {
  const { consumer, topic, reason } = group;
  const letters = useQuery({
    queryKey: ["dead-letters", consumer, topic, reason],
    queryFn: ({ signal }) =>
      data(api.GET("/admin/dead-letters", { params: { query: { consumer, topic, group: reason, limit: 100 } }, signal })),
    refetchInterval: EVERY_MS,
  });
  if (letters.error && !letters.data) return <Failed error={letters.error} again={() => void letters.refetch()} />;
  if (!letters.data) return <Loading rows={1} label="The letters are loading" />;
  return (
    <ul className="divide-y border-t">
      {letters.data.letters.map((letter) => (
        <li key={`${letter.event_id} ${letter.dead_at}`} className="flex flex-wrap items-start gap-x-4 gap-y-1 py-2.5 text-[13px]">
          <div className="min-w-0 flex-1 space-y-0.5">
            <p className="[overflow-wrap:anywhere]">{letter.error}</p>
            <p className="text-xs text-faint [overflow-wrap:anywhere]">
              {letter.tenant_id < 0 ? "names no tenant" : `tenant ${letter.tenant_id}`} · {letter.handler ?? "handler not recorded"} ·{" "}
              {plural(letter.failures, "failure")} · dead since {time(letter.dead_at)} · <span className="font-mono">{letter.event_id}</span>
            </p>
          </div>
          <Button size="small" onClick={() => select({ title: "Retry this letter?", filter: { consumer, ids: [letter.event_id] } })}>
            Retry
            <span className="sr-only"> {letter.event_id}</span>
          </Button>
        </li>
      ))}
      {letters.data.letters.length < group.letters && (
        <li className="pt-2.5 text-xs text-faint">The latest {letters.data.letters.length} of {group.letters}.</li>
      )}
    </ul>
  );
}
