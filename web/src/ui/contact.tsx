/** A way to reach a company: as a link that dials or writes, with copying, and a verifier's word about it. */
import { BadgeCheck, CircleHelp, Mail, Phone, TriangleAlert, UserRound } from "lucide-react";

import { sentenceCase, webAddress, words } from "@/format";

import { Badge, type Tone } from "./badge";
import { CopyButton } from "./copy";

export type ShownContact = {
  kind: "email" | "phone";
  value: string;
  name?: string | null;
  title?: string | null;
  status?: string | null;
};

const VERDICT: Record<string, { tone: Tone; icon: typeof BadgeCheck; label: string }> = {
  valid: { tone: "good", icon: BadgeCheck, label: "Verified" },
  invalid: { tone: "bad", icon: TriangleAlert, label: "Invalid" },
};

export function ContactLine({ contact }: { contact: ShownContact }) {
  const Icon = contact.kind === "email" ? Mail : Phone;
  const href = `${contact.kind === "email" ? "mailto" : "tel"}:${contact.value.replace(/\s/g, "")}`;
  const person = [contact.name, contact.title && sentenceCase(contact.title)].filter(Boolean).join(", ");
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-[13px]">
      {person && <span className="text-soft">{person}</span>}
      <span className="inline-flex min-w-0 items-center gap-1">
        <Icon className="size-3.5 shrink-0 text-faint" aria-hidden />
        <a href={href} className="truncate font-medium text-accent hover:underline">
          {contact.value}
        </a>
        <CopyButton text={contact.value} label={`Copy ${contact.value}`} />
      </span>
      {contact.kind === "email" && <Verdict status={contact.status} />}
    </div>
  );
}

/** Whom to ask for by way of a contact that is somebody else's, with the page that names the person. */
export function AskFor({ person }: { person: { name: string; title: string | null; source_url: string | null } }) {
  const page = webAddress(person.source_url);
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 text-[13px] text-soft">
      <UserRound className="size-3.5 shrink-0 text-faint" aria-hidden />
      <span>
        Ask for <span className="font-medium text-ink">{person.name}</span>
        {person.title && `, ${sentenceCase(person.title)}`}
      </span>
      {page && (
        <a href={page} target="_blank" rel="noreferrer" className="text-xs text-accent underline underline-offset-2">
          source
          <span className="sr-only"> of {person.name}</span>
        </a>
      )}
    </p>
  );
}

export function Verdict({ status }: { status?: string | null }) {
  const found = VERDICT[status ?? ""];
  const Icon = found?.icon ?? CircleHelp;
  return (
    <Badge tone={found?.tone ?? "plain"}>
      <Icon aria-hidden />
      {found?.label ?? (status ? words(status) : "Not verified")}
    </Badge>
  );
}
