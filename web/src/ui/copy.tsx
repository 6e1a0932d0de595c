import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";

import { Button } from "./button";

/** A button that copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      look="quiet"
      size="icon"
      className="size-7 [&_svg]:size-3.5"
      aria-label={isCopied ? "Copied" : label}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {isCopied ? <Check className="text-good" aria-hidden /> : <CopyIcon aria-hidden />}
    </Button>
  );
}
