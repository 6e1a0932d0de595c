/** The user's conversations, on whichever device they were held: searchable, with names of one's own, and deletable. */
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Pencil, Plus, Search, Trash2 } from "lucide-react";
import { useState } from "react";

import { asProblem } from "@/api/problem";
import { time } from "@/format";
import { useSettled } from "@/settled";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Menu, MenuItem } from "@/ui/menu";
import { Skeleton } from "@/ui/surface";

import { conversations, remove, rename, titleOf, type Conversation } from "./turns/conversations";

const SETTLED_MS = 250;

export function ConversationList({ current, onChosen }: { current: string | undefined; onChosen: () => void }) {
  const [words, setWords] = useState("");
  const [renamed, setRenamed] = useState<Conversation | null>(null);
  const [removed, setRemoved] = useState<Conversation | null>(null);
  const navigate = useNavigate();
  const wanted = useSettled(words.trim(), SETTLED_MS);
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery(conversations(wanted));
  const deletion = useMutation({
    mutationFn: remove,
    onSuccess: (_, id) => {
      setRemoved(null);
      if (id === current) void navigate({ to: "/chat" });
    },
  });
  const found = data?.pages.flat().filter((it) => it.values !== null || it.metadata.title);

  return (
    <nav aria-label="Conversations" className="flex h-full flex-col">
      <div className="space-y-2 border-b p-3">
        <Button asChild className="w-full" size="small">
          <Link to="/chat" onClick={onChosen}>
            <Plus aria-hidden />
            New conversation
          </Link>
        </Button>
        <div className="relative">
          <Search className="absolute top-2 left-2.5 size-4 text-faint" aria-hidden />
          <Input
            type="search"
            aria-label="Search conversations"
            placeholder="Search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            className="h-8 pl-8"
          />
        </div>
      </div>
      <ul className="min-h-0 flex-1 overflow-y-auto p-2">
        {found?.map((it) => (
          <li key={it.thread_id} className="group relative">
            <Link
              to="/chat/$conversationId"
              params={{ conversationId: it.thread_id }}
              onClick={onChosen}
              aria-current={it.thread_id === current ? "page" : undefined}
              className={classes("block rounded-lg py-2 pr-9 pl-2.5 hover:bg-sunken", it.thread_id === current && "bg-sunken")}
            >
              <span className="block truncate text-[13px] font-medium">{titleOf(it)}</span>
              <span className="block truncate text-xs text-faint">
                {time(it.updated_at)}
              </span>
            </Link>
            <div className="absolute top-2 right-1">
              <Menu
                trigger={
                  <Button look="quiet" size="icon" className="size-7" aria-label={`Options of ${titleOf(it)}`}>
                    <Ellipsis aria-hidden />
                  </Button>
                }
              >
                <MenuItem onSelect={() => setRenamed(it)}>
                  <Pencil aria-hidden />
                  Rename
                </MenuItem>
                <MenuItem className="text-bad" onSelect={() => setRemoved(it)}>
                  <Trash2 aria-hidden />
                  Delete
                </MenuItem>
              </Menu>
            </div>
          </li>
        ))}
        {!found && !error && (
          <li role="status" aria-label="The conversations are loading" className="space-y-3 p-2.5">
            <Skeleton className="h-4 w-4/5" />
            <Skeleton className="h-4 w-3/5" />
          </li>
        )}
        {error && !found && <li className="px-2.5 py-6 text-center text-[13px] text-bad">{asProblem(error).detail}</li>}
        {found?.length === 0 && (
          <li className="px-2.5 py-6 text-center text-[13px] text-faint">
            {wanted === "" ? "What you ask is kept here, on every device." : "No conversation has these words."}
          </li>
        )}
        {hasNextPage && (
          <li className="p-2 text-center">
            <Button size="small" look="quiet" onClick={() => void fetchNextPage()}>
              Show older ones
            </Button>
          </li>
        )}
      </ul>
      {renamed && <Rename conversation={renamed} close={() => setRenamed(null)} />}
      <Dialog
        open={removed !== null}
        onOpenChange={() => (deletion.reset(), setRemoved(null))}
        title="Delete this conversation?"
        description="Its leads and its queued job stay; only the conversation goes, on every device."
      >
        <Wrong error={deletion.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setRemoved(null)}>Keep</Button>
          <Button look="danger" disabled={deletion.isPending} onClick={() => removed && deletion.mutate(removed.thread_id)}>
            Delete
          </Button>
        </div>
      </Dialog>
    </nav>
  );
}

function Rename({ conversation, close }: { conversation: Conversation; close: () => void }) {
  const [title, setTitle] = useState(titleOf(conversation));
  const renaming = useMutation({ mutationFn: (name: string) => rename(conversation.thread_id, name), onSuccess: close });
  return (
    <Dialog open onOpenChange={close} title="Rename the conversation">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          renaming.mutate(title);
        }}
      >
        <Field label="Name">
          {(ids) => <Input {...ids} value={title} maxLength={120} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
        <Wrong error={renaming.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="solid" disabled={!title.trim() || renaming.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Wrong({ error }: { error: Error | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="text-sm text-bad">
      {asProblem(error).detail}
    </p>
  );
}
