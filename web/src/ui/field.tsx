import { useId, type ComponentProps, type ReactNode } from "react";

import { words } from "@/format";

import { classes } from "./classes";

const box =
  "w-full rounded-lg border bg-surface px-3 text-sm text-ink placeholder:text-faint focus-visible:outline-offset-0 disabled:opacity-60";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={classes(box, "h-9", className)} {...rest} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={classes(box, "py-2", className)} {...rest} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={classes(box, "h-9 w-auto pr-8", className)} {...rest} />;
}

/** A label above its control, and a hint below that describes it. */
/** Chooses one of these statuses, or any. */
export function StatusSelect<S extends string>({ statuses, value, choose }: { statuses: readonly S[]; value: S | undefined; choose: (status: S | undefined) => void }) {
  return (
    <Select aria-label="Status" value={value ?? ""} onChange={(event) => choose(statuses.find((it) => it === event.target.value))}>
      <option value="">Any status</option>
      {statuses.map((it) => (
        <option key={it} value={it}>
          {words(it)}
        </option>
      ))}
    </Select>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: (ids: { id: string; "aria-describedby"?: string }) => ReactNode }) {
  const id = useId();
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-[13px] font-medium text-soft">
        {label}
      </label>
      {children({ id, "aria-describedby": hint ? `${id}-hint` : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-faint">
          {hint}
        </p>
      )}
    </div>
  );
}
