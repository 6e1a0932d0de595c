/** Who may do what in this tenant, for its admins: users with their roles, and API keys. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { date, time } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Input, Select } from "@/ui/field";
import { Failed, Loading } from "@/ui/states";
import { Card, Heading } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

type Role = Schemas["Rights"]["role"];
const ROLES: Record<Role, string> = { viewer: "Viewer: reads", sdr: "Rep: works with leads", admin: "Admin: also manages users and keys" };

export function AccessView() {
  useTitle("Users and keys");
  return (
    <ScrollingView name="Users and keys" className="max-w-4xl space-y-5">
      <Heading title="Users and keys" note="Who may use this tenant, and the keys of programs that do." />
      <Users />
      <Keys />
    </ScrollingView>
  );
}

function RoleSelect({ label, value, change }: { label: string; value: string; change: (role: Role) => void }) {
  return (
    <Select aria-label={label} value={value} onChange={(event) => change(event.target.value as Role)}>
      {Object.entries(ROLES).map(([role, words]) => (
        <option key={role} value={role}>
          {words}
        </option>
      ))}
    </Select>
  );
}

function Users() {
  const client = useQueryClient();
  const users = useQuery({ queryKey: ["users"], queryFn: ({ signal }) => data(api.GET("/users", { signal })) });
  const [subject, setSubject] = useState("");
  const [role, setRole] = useState<Role>("sdr");
  const onSuccess = (): Promise<void> => client.invalidateQueries({ queryKey: ["users"] });
  const put = useMutation({
    mutationFn: (user: { subject: string; role: Role }) =>
      data(api.PUT("/users/{subject}", { params: { path: { subject: user.subject } }, body: { role: user.role } })),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (who: string) => api.DELETE("/users/{subject}", { params: { path: { subject: who } } }),
    onSuccess,
  });
  const failure = put.error ?? remove.error;
  return (
    <Card className="overflow-hidden">
      <h2 className="border-b px-4 py-3 font-semibold">Users</h2>
      <form
        className="flex flex-wrap gap-2 border-b bg-sunken px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate({ subject: subject.trim(), role }, { onSuccess: () => setSubject("") });
        }}
      >
        <Input aria-label="The user's name at the sign-in" placeholder="ann@example.com" required value={subject} onChange={(event) => setSubject(event.target.value)} className="w-64" />
        <RoleSelect label="Role of the new user" value={role} change={setRole} />
        <Button type="submit" look="solid" disabled={put.isPending}>
          <UserPlus aria-hidden />
          Add
        </Button>
      </form>
      {failure && (
        <p role="alert" className="bg-bad-wash px-4 py-2 text-sm text-bad">
          {asProblem(failure).detail}
        </p>
      )}
      {users.error ? (
        <Failed error={users.error} again={() => void users.refetch()} />
      ) : !users.data ? (
        <Loading rows={2} label="Users are loading" />
      ) : users.data.items.length === 0 ? (
        <p className="px-4 py-6 text-sm text-faint">Nobody was added yet.</p>
      ) : (
        <ul className="divide-y">
          {users.data.items.map((user) => (
            <li key={user.subject} className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-sm">
              <span className="min-w-0 flex-1 truncate font-medium">{user.subject}</span>
              <span className="text-xs text-faint">since {date(user.added_at)}</span>
              {user.role === "ops" ? (
                <Badge>Operator</Badge>
              ) : (
                <RoleSelect label={`Role of ${user.subject}`} value={user.role} change={(next) => put.mutate({ subject: user.subject, role: next })} />
              )}
              <Button look="danger" size="icon" aria-label={`Remove ${user.subject}`} onClick={() => remove.mutate(user.subject)}>
                <Trash2 aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Keys() {
  const client = useQueryClient();
  const keys = useQuery({ queryKey: ["api-keys"], queryFn: ({ signal }) => data(api.GET("/api-keys", { signal })) });
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("sdr");
  const onSuccess = (): Promise<void> => client.invalidateQueries({ queryKey: ["api-keys"] });
  const create = useMutation({ mutationFn: () => data(api.POST("/api-keys", { body: { name: name.trim(), role } })), onSuccess });
  const revoke = useMutation({
    mutationFn: (id: string) => api.DELETE("/api-keys/{key_id}", { params: { path: { key_id: id } } }),
    onSuccess,
  });
  const failure = create.error ?? revoke.error;
  return (
    <Card className="overflow-hidden">
      <h2 className="border-b px-4 py-3 font-semibold">API keys</h2>
      <form
        className="flex flex-wrap gap-2 border-b bg-sunken px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(undefined, { onSuccess: () => setName("") });
        }}
      >
        <Input aria-label="What the key is for" placeholder="What the key is for" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} className="w-64" />
        <RoleSelect label="Role of the new key" value={role} change={setRole} />
        <Button type="submit" look="solid" disabled={create.isPending}>
          <Plus aria-hidden />
          Create
        </Button>
      </form>
      {create.data && (
        <div role="status" className="space-y-1 bg-good-wash px-4 py-3 text-sm text-good">
          <p className="font-medium">Copy the key of “{create.data.name}” now: it is not shown again.</p>
          <p className="flex items-center gap-1 font-mono text-xs [overflow-wrap:anywhere]">
            {create.data.key}
            <CopyButton text={create.data.key} label="Copy the key" />
          </p>
        </div>
      )}
      {failure && (
        <p role="alert" className="bg-bad-wash px-4 py-2 text-sm text-bad">
          {asProblem(failure).detail}
        </p>
      )}
      {keys.error ? (
        <Failed error={keys.error} again={() => void keys.refetch()} />
      ) : !keys.data ? (
        <Loading rows={2} label="Keys are loading" />
      ) : keys.data.items.length === 0 ? (
        <p className="px-4 py-6 text-sm text-faint">There are none. A program sends its key as x-api-key.</p>
      ) : (
        <ul className="divide-y">
          {keys.data.items.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-sm">
              <KeyRound className="size-4 text-faint" aria-hidden />
              <span className="min-w-0 flex-1 truncate">
                <span className="font-medium">{key.name}</span> <span className="font-mono text-xs text-faint">{key.id}</span>
              </span>
              <Badge>{key.role}</Badge>
              <span className="text-xs text-faint">{key.last_used_at ? `used ${time(key.last_used_at)}` : "never used"}</span>
              {key.revoked_at ? (
                <Badge tone="bad">Revoked</Badge>
              ) : (
                <Button look="danger" size="small" onClick={() => revoke.mutate(key.id)}>
                  Revoke
                  <span className="sr-only"> {key.name}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
