/** The states of a view that has nothing to show: empty, loading, failed. Each says what helps. */
import { CloudOff, RefreshCw, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { asProblem } from "@/api/problem";

import { Button } from "./button";
import { Card, Skeleton } from "./surface";

export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <Card className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-xl bg-sunken text-soft">
        <Icon className="size-5" aria-hidden />
      </span>
      <h2 className="font-semibold">{title}</h2>
      <div className="max-w-md text-sm text-faint [&_a]:underline [&_a]:underline-offset-2">{children}</div>
    </Card>
  );
}

export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const problem = asProblem(error);
  const Icon = problem.status === 0 ? CloudOff : TriangleAlert;
  return (
    <Card role="alert" className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      <span className="grid size-11 place-items-center rounded-xl bg-bad-wash text-bad">
        <Icon className="size-5" aria-hidden />
      </span>
      <h2 className="font-semibold">{problem.title}</h2>
      <p className="max-w-md text-sm text-faint">{problem.detail}</p>
      {again && (
        <Button onClick={again}>
          <RefreshCw aria-hidden />
          Try again
        </Button>
      )}
    </Card>
  );
}

export function Loading({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="space-y-3">
      {Array.from({ length: rows }, (_, row) => (
        <Card key={row} className="space-y-2.5 p-4">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-3 w-4/5" />
        </Card>
      ))}
    </div>
  );
}
