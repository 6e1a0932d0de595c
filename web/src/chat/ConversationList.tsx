/** The conversations that this browser keeps: searchable, with names of one's own, and deletable. */
import { Link, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Pencil, Plus, Search, Trash2 } from "lucide-react";
import { useState } from "react";

import { plural, time } from "@/format";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Menu, MenuItem } from "@/ui/menu";

import { remove, rename, search, useConversations, type Conversation } from "./conversations";

export function ConversationList({ current, onChosen }: { current: string | undefined; onChosen: () => void }) {
  const all = useConversations();
  const [words, setWords] = useState("");
  const [renamed, setRenamed] = useState<Conversation | null>(null);
  const [removed, setRemoved] = useState<Conversation | null>(null);
  const navigate = useNavigate();
  const found = search(all, words);

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
        {found.map((it) => (
          <li key={it.id} className="group relative">
            <Link
              to="/chat/$conversationId"
              params={{ conversationId: it.id }}
              onClick={onChosen}
              aria-current={it.id === current ? "page" : undefined}
              className={classes("block rounded-lg py-2 pr-9 pl-2.5 hover:bg-sunken", it.id === current && "bg-sunken")}
            >
              <span className="block truncate text-[13px] font-medium">{it.title}</span>
              <span className="block truncate text-xs text-faint">
                {time(new Date(it.changedAt))} · {plural(it.turns.length, "message")}
              </span>
            </Link>
            <div className="absolute top-2 right-1">
              <Menu
                trigger={
                  <Button look="quiet" size="icon" className="size-7" aria-label={`Options of ${it.title}`}>
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
        {found.length === 0 && (
          <li className="px-2.5 py-6 text-center text-[13px] text-faint">
            {all.length === 0 ? "What you ask is kept here, in this browser." : "No conversation has these words."}
          </li>
        )}
      </ul>
      {renamed && <Rename conversation={renamed} close={() => setRenamed(null)} />}
      <Dialog
        open={removed !== null}
        onOpenChange={() => setRemoved(null)}
        title="Delete this conversation?"
        description="Its leads and its queued job stay; only the conversation goes from this browser."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setRemoved(null)}>Keep</Button>
          <Button
            look="danger"
            onClick={() => {
              if (removed) remove(removed.id);
              if (removed?.id === current) void navigate({ to: "/chat" });
              setRemoved(null);
            }}
          >
            Delete
          </Button>
        </div>
      </Dialog>
    </nav>
  );
}

function Rename({ conversation, close }: { conversation: Conversation; close: () => void }) {
  const [title, setTitle] = useState(conversation.title);
  return (
    <Dialog open onOpenChange={close} title="Rename the conversation">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          rename(conversation.id, title);
          close();
        }}
      >
        <Field label="Name">
          {(ids) => <Input {...ids} value={title} maxLength={120} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="solid" disabled={!title.trim()}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
