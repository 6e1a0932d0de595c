import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";

import { classes } from "./classes";

const badge = cva("inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3", {
  variants: {
    tone: {
      plain: "bg-sunken text-soft",
      accent: "bg-accent-wash text-accent",
      good: "bg-good-wash text-good",
      fair: "bg-fair-wash text-fair",
      bad: "bg-bad-wash text-bad",
    },
  },
  defaultVariants: { tone: "plain" },
});

export type Tone = NonNullable<VariantProps<typeof badge>["tone"]>;

export function Badge({ className, tone, ...rest }: ComponentProps<"span"> & { tone?: Tone }) {
  return <span className={classes(badge({ tone }), className)} {...rest} />;
}

export const TONE_OF_BUCKET: Record<string, Tone> = { High: "good", Medium: "fair", Low: "plain" };
