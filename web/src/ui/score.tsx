/** A score as people read it: the number on a ring, and its bucket in a word. */
import { score as scoreText } from "@/format";

import { Badge, TONE_OF_BUCKET } from "./badge";
import { classes } from "./classes";

const RADIUS = 19;
const AROUND = 2 * Math.PI * RADIUS;
const COLOUR: Record<string, string> = { High: "text-good-mark", Medium: "text-fair-mark", Low: "text-strong" };

export function ScoreRing({ score, bucket, className }: { score: number | undefined; bucket?: string; className?: string }) {
  return (
    <span className={classes("relative grid size-12 shrink-0 place-items-center", className)}>
      <svg viewBox="0 0 44 44" className="absolute inset-0 -rotate-90" aria-hidden>
        <circle cx="22" cy="22" r={RADIUS} fill="none" className="stroke-sunken" strokeWidth="3.5" />
        {score !== undefined && (
          <circle
            cx="22"
            cy="22"
            r={RADIUS}
            fill="none"
            stroke="currentColor"
            strokeWidth="3.5"
            strokeLinecap="round"
            strokeDasharray={`${AROUND * score} ${AROUND}`}
            className={classes("transition-[stroke-dasharray] duration-700", COLOUR[bucket ?? ""])}
          />
        )}
      </svg>
      {score === undefined ? (
        <span className="size-1.5 animate-shimmer rounded-full bg-strong" aria-label="Score not there yet" role="img" />
      ) : (
        <span className="text-[13px] font-semibold tabular-nums">{scoreText(score)}</span>
      )}
    </span>
  );
}

export function BucketBadge({ bucket }: { bucket: string }) {
  return <Badge tone={TONE_OF_BUCKET[bucket]}>{bucket}</Badge>;
}
