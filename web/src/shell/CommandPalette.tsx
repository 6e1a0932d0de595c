/** Everything by name: views, conversations, a new question. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { CornerDownLeft, LogOut, MessageSquare, MoonStar, Sun } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState, type ReactNode } from "react";

import { signOut } from "@/api/session";
import { conversations, titleOf } from "@/chat/turns/conversations";
import { sayFirst } from "@/chat/sending/sending";

import { useRole } from "./role";
import { setTheme } from "./theme";
import { viewsOf } from "./views";

export default function CommandPalette({ close }: { close: () => void }) {
  const [words, setWords] = useState("");
  const navigate = useNavigate();
  const role = useRole();
  const found = useInfiniteQuery(conversations("")).data?.pages[0] ?? [];

  function run(act: () => void): () => void {
    return () => {
      close();
      act();
    };
  }

  function ask(): void {
    void navigate({ to: "/chat/$conversationId", params: { conversationId: sayFirst(words.trim()) } });
  }

  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 animate-arrive overflow-hidden rounded-2xl border bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">Commands</Dialog.Title>
          <Command label="Commands" loop>
            <Command.Input
              value={words}
              onValueChange={setWords}
              placeholder="Go to a view, find a conversation, or ask for an industry"
              className="w-full border-b bg-transparent px-4 py-3.5 outline-none placeholder:text-faint"
            />
            <Command.List className="max-h-80 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint">
              <Command.Group heading="Views">
                {viewsOf(role).map(({ to, label, icon: Icon }) => (
                  <Item key={to} value={label} onSelect={run(() => void navigate({ to }))}>
                    <Icon aria-hidden />
                    {label}
                  </Item>
                ))}
              </Command.Group>
              {found.length > 0 && (
                <Command.Group heading="Conversations">
                  {found.slice(0, 20).map((it) => (
                    <Item
                      key={it.thread_id}
                      value={`${titleOf(it)} ${it.thread_id}`}
                      onSelect={run(() => void navigate({ to: "/chat/$conversationId", params: { conversationId: it.thread_id } }))}
                    >
                      <MessageSquare aria-hidden />
                      <span className="truncate">{titleOf(it)}</span>
                    </Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading="Page">
                <Item value="Light theme" onSelect={run(() => setTheme("light"))}>
                  <Sun aria-hidden />
                  Light
                </Item>
                <Item value="Dark theme" onSelect={run(() => setTheme("dark"))}>
                  <MoonStar aria-hidden />
                  Dark
                </Item>
                <Item value="Sign out" onSelect={run(() => signOut())}>
                  <LogOut aria-hidden />
                  Sign out
                </Item>
              </Command.Group>
              {words.trim().length > 1 && (
                <Command.Group heading="Ask" forceMount>
                  <Item value={`ask ${words}`} forceMount onSelect={run(ask)}>
                    <CornerDownLeft aria-hidden />
                    <span className="truncate">Ask for “{words.trim()}”</span>
                  </Item>
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Item({ children, ...rest }: { value: string; onSelect: () => void; forceMount?: boolean; children: ReactNode }) {
  return (
    <Command.Item
      {...rest}
      className="flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent [&_svg]:size-4 [&_svg]:shrink-0"
    >
      {children}
    </Command.Item>
  );
}
