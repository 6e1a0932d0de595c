import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";

import { classes } from "./classes";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap transition-colors disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        solid: "bg-accent text-accent-ink hover:opacity-90",
        outline: "border bg-surface text-ink hover:bg-sunken",
        quiet: "text-soft hover:bg-sunken hover:text-ink",
        danger: "border bg-surface text-bad hover:bg-bad-wash",
      },
      size: { small: "h-8 px-2.5 text-[13px]", normal: "h-9 px-3.5 text-sm", icon: "size-8", bigIcon: "size-9" },
    },
    defaultVariants: { look: "outline", size: "normal" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean };

export function Button({ className, look, size, asChild = false, type = "button", ...rest }: Props) {
  const Element = asChild ? Slot.Root : "button";
  return <Element type={asChild ? undefined : type} className={classes(button({ look, size }), className)} {...rest} />;
}
