import type { ComponentProps, ReactNode } from "react";

import { classes } from "./classes";

export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={classes("rounded-xl border bg-surface shadow-card", className)} {...rest} />;
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classes("block animate-shimmer rounded-md bg-sunken", className)} />;
}

/** A share of a whole; `label` says of what. */
export function Progress({ value, most, label, className }: { value: number; most: number; label: string; className?: string }) {
  const share = most > 0 ? Math.min(value / most, 1) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={value}
      className={classes("h-1.5 overflow-hidden rounded-full bg-sunken", className)}
    >
      <div className="h-full rounded-full bg-accent transition-[width] duration-500" style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** The head of a view: its name, one line about it, and what one can do. */
export function Heading({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 space-y-0.5">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
        {note && <p className="text-sm text-faint">{note}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}
