import { useEffect, type ReactNode } from "react";

import { classes } from "./classes";

/** Sets the browser's title while a view is shown; without one it stays as it is. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title ? `${title} · Leadgen` : "Leadgen";
  }, [title]);
}

/** A view that scrolls as a whole, named for screen readers; `className` has the width and the spacing of its column. */
export function ScrollingView({ name, className, children }: { name: string; className: string; children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label={name}>
      <div className={classes("mx-auto px-4 py-5 sm:px-6", className)}>{children}</div>
    </div>
  );
}
