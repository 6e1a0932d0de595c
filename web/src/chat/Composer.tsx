/** Where a rep types. While typing, it shows what the words will be understood as. */
import { ArrowUp, Ban, CalendarDays, MapPin } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { sentenceCase } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/surface";

import { usePreview, type Preview } from "./preview";

export function Composer({ say, isFirst }: { say: (text: string) => void; isFirst: boolean }) {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const preview = usePreview(text);

  useEffect(() => {
    box.current?.focus({ preventScroll: true });
  }, []);

  function submit(): void {
    const words = text.trim();
    if (!words) return;
    say(words);
    setText("");
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  }

  return (
    <form
      aria-label="New message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="rounded-2xl border bg-surface shadow-float focus-within:border-accent"
    >
      <Understanding preview={preview} />
      <div className="flex items-end gap-2 p-2">
        <textarea
          ref={box}
          value={text}
          rows={1}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          aria-label="Message"
          placeholder={isFirst ? "Which companies do you look for? Try “Manufacturing”" : "Ask for other companies, or narrow it down"}
          className="field-sizing-content max-h-40 min-h-9 flex-1 resize-none bg-transparent px-2.5 py-1.5 outline-none placeholder:text-faint"
        />
        <Button type="submit" look="solid" size="bigIcon" className="rounded-xl" disabled={!text.trim()} aria-label="Send">
          <ArrowUp aria-hidden />
        </Button>
      </div>
    </form>
  );
}

function Understanding({ preview }: { preview: Preview }) {
  if (preview.state === "none" || preview.state === "failed") return null;
  return (
    <div role="status" aria-label="Understood as" className="flex min-h-10 flex-wrap items-center gap-1.5 border-b px-4 py-2 text-xs">
      {preview.state === "waiting" ? <Skeleton className="h-4 w-40" /> : <Shown resolved={preview.resolved} />}
    </div>
  );
}

function Shown({ resolved }: { resolved: Extract<Preview, { state: "there" }>["resolved"] }) {
  const { industries, excluded, suggestions, places, founded_since: since, ignored } = resolved;
  if (industries.length === 0)
    return (
      <span className="text-faint">
        {suggestions.length > 0
          ? `No industry yet. Near: ${suggestions.slice(0, 3).map((it) => sentenceCase(it.title)).join(" · ")}`
          : "No industry recognised yet. Name one, such as Logistics, “F&B”, or SSIC 62."}
      </span>
    );
  return (
    <>
      {industries.slice(0, 4).map((it) => (
        <Badge key={`${it.version}:${it.code}`} tone="accent" className="max-w-full whitespace-normal">
          {sentenceCase(it.title)} · {it.code}
        </Badge>
      ))}
      {industries.length > 4 && <Badge>{`${industries.length - 4} more`}</Badge>}
      {excluded.map((it) => (
        <Badge key={`${it.version}:${it.code}`} className="whitespace-normal">
          <Ban aria-hidden />
          not {sentenceCase(it.title)}
        </Badge>
      ))}
      {places.map((it) => (
        <Badge key={it.name}>
          <MapPin aria-hidden />
          {it.name}
        </Badge>
      ))}
      {since && (
        <Badge>
          <CalendarDays aria-hidden />
          since {since}
        </Badge>
      )}
      {ignored.map((it) => (
        <Badge key={it} tone="fair">
          ignored: {it}
        </Badge>
      ))}
    </>
  );
}
