/** The user's conversations: threads that the gateway keeps, so that they are there on every device. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api } from "@/api/client";
import { queryClient } from "@/api/queries";

import { forget } from "./live";
import { textOf, type Thread } from "./turnsOf";

/** A thread as the list has it: with its first message alone. */
export type Conversation = {
  thread_id: string;
  updated_at: string;
  metadata: { title?: string };
  values: Thread["values"] | null;
};

const PAGE = 50;

export const conversations = (words: string) =>
  infiniteQueryOptions({
    queryKey: ["conversations", words],
    queryFn: async ({ pageParam, signal }) => {
      const body = { text: words || null, limit: PAGE, offset: pageParam };
      return (await api.POST("/agent/threads/search", { body, signal })).data as unknown as Conversation[];
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.length === PAGE ? pages.length * PAGE : undefined),
  });

export const thread = (id: string) =>
  queryOptions({
    queryKey: ["thread", id],
    queryFn: async ({ signal }) =>
      (await api.GET("/agent/threads/{thread_id}", { params: { path: { thread_id: id } }, signal })).data as unknown as Thread,
  });

/** Makes the lists ask again; with an id, the conversation too. */
export async function renew(id?: string): Promise<void> {
  const asked = [queryClient.invalidateQueries({ queryKey: ["conversations"] })];
  if (id !== undefined) asked.push(queryClient.invalidateQueries({ queryKey: ["thread", id] }));
  await Promise.all(asked);
}

export async function rename(id: string, title: string): Promise<void> {
  await api.PATCH("/agent/threads/{thread_id}", { params: { path: { thread_id: id } }, body: { metadata: { title: title.trim() } } });
  await renew(id);
}

export async function remove(id: string): Promise<void> {
  await api.DELETE("/agent/threads/{thread_id}", { params: { path: { thread_id: id } } });
  forget(id);
  queryClient.removeQueries({ queryKey: ["thread", id] });
  await renew();
}

export function titleOf({ metadata, values }: Pick<Conversation, "metadata" | "values">): string {
  const first = values?.messages[0];
  return metadata.title ?? (first && textOf(first.content)) ?? "New conversation";
}
