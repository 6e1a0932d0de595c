import { skipToken, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { MessagesSquare, PanelLeft } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";

import { asProblem } from "@/api/problem";
import { useRole } from "@/shell/role";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Empty, Failed, Loading } from "@/ui/states";
import { useTitle } from "@/ui/view";

import { Answer } from "./Answer";
import { Composer } from "./Composer";
import { ConversationList } from "./ConversationList";
import { thread } from "./turns/conversations";
import { useLive } from "./turns/live";
import { Morning } from "./Morning";
import { follow, say, sayFirst } from "./sending/sending";
import { isOpen, isScored } from "./turns/turn";
import { merged, turnsOf } from "./turns/turnsOf";

const EXAMPLES = [
  "Manufacturing",
  "F&B or hotels, not retail",
  "Fintech founded since 2020",
  "Restaurants in Tampines",
  "Who should I call today?",
];

export function ChatView() {
  return useRole() === "viewer" ? <NotForViewers /> : <Chat />;
}

function NotForViewers() {
  useTitle("Chat");
  return (
    <div className="p-6">
      <Empty icon={MessagesSquare} title="Viewers do not ask for companies">
        Your role reads what others have asked for.{" "}
        <Link to="/shortlist" className="text-accent hover:underline">
          Open the shortlist
        </Link>
      </Empty>
    </div>
  );
}

function Chat() {
  const { conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = thread(conversationId ?? "");
  const { data: found, error, refetch } = useQuery({ ...asked, queryFn: conversationId ? asked.queryFn : skipToken });
  const live = useLive(conversationId);
  const kept = useMemo(() => (found ? turnsOf(found) : []), [found]);
  const turns = merged(kept, live);
  const title = turns.length === 0 || !conversationId ? undefined : found?.metadata.title ?? turns[0]?.text;
  const [isListShown, showList] = useState(false);
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    void end.current?.scrollIntoView({ block: "end" }); // newer browsers return a promise, which is no cleanup
  }, [conversationId, turns.length]);
  useTitle(title ?? "");
  // What goes on at the gateway, as after a reload or on another device, is followed here too.
  useEffect(() => {
    if (conversationId) for (const turn of kept) if (isOpen(turn) && turn.runId) follow(conversationId, turn);
  }, [conversationId, kept]);

  function send(text: string): void {
    if (conversationId) say(conversationId, text);
    else void navigate({ to: "/chat/$conversationId", params: { conversationId: sayFirst(text) } });
  }

  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex items-center gap-2 border-b bg-surface px-4 py-2.5 sm:px-6">
          <h1 className="min-w-0 flex-1 truncate text-[15px] font-semibold">{title ?? "New conversation"}</h1>
          <Button size="small" look="quiet" aria-expanded={isListShown} onClick={() => showList(!isListShown)} className="xl:hidden">
            <PanelLeft aria-hidden />
            Conversations
          </Button>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Conversation">
          <div className="mx-auto flex min-h-full max-w-5xl flex-col gap-10 px-4 pt-6 pb-8 sm:px-6">
            {conversationId && !found && turns.length === 0 ? (
              error === null ? (
                <Loading rows={2} label="The conversation is loading" />
              ) : asProblem(error).status === 404 ? (
                <Empty icon={MessagesSquare} title="There is no such conversation">
                  It was deleted, or it is another user's. Begin a new one below.
                </Empty>
              ) : (
                <Failed error={error} again={() => void refetch()} />
              )
            ) : turns.length === 0 || !conversationId ? (
              <Welcome say={send} />
            ) : (
              turns.map((turn) => <Answer key={turn.key} conversationId={conversationId} turn={turn} say={send} />)
            )}
            <div ref={end} />
          </div>
        </div>
        <div className="px-4 pb-4 sm:px-6">
          <div className="mx-auto max-w-3xl">
            <Composer key={conversationId ?? "new"} say={send} isFirst={turns.length === 0} />
          </div>
        </div>
        <p className="sr-only" role="status">
          {turns.at(-1)?.companies.filter(isScored).length ?? 0} companies scored
        </p>
      </div>
      <div
        className={classes(
          "w-72 shrink-0 border-l bg-surface max-xl:absolute max-xl:inset-y-0 max-xl:right-0 max-xl:z-20 max-xl:shadow-float",
          !isListShown && "max-xl:hidden",
        )}
      >
        <ConversationList current={conversationId} onChosen={() => showList(false)} />
      </div>
    </div>
  );
}

function Welcome({ say }: { say: (text: string) => void }) {
  return (
    <div className="m-auto flex max-w-xl flex-col items-center gap-4 py-6 text-center">
      <span className="grid size-12 place-items-center rounded-2xl bg-accent-wash text-accent">
        <MessagesSquare className="size-6" aria-hidden />
      </span>
      <h2 className="text-2xl font-semibold tracking-tight text-balance">Whom do you want to sell to?</h2>
      <p className="text-faint">
        Name an industry. The ten best companies of the register are enriched and scored while you watch; the rest are
        queued for the night.
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {EXAMPLES.map((example) => (
          <Button key={example} size="small" onClick={() => say(example)}>
            {example}
          </Button>
        ))}
      </div>
      <Morning />
    </div>
  );
}
