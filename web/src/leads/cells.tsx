import { companyName, score as scoreText, webAddress } from "@/format";
import { TONE_OF_BUCKET } from "@/ui/badge";
import { classes } from "@/ui/classes";

/** The company's name as a plain link, which the list opens: a router's link in each row costs too much while scrolling. */
export function CompanyCell({ id, name, uen }: { id: number; name: string; uen: string }) {
  return (
    <>
      <a href={`/app/companies/${id}`} data-opens-row className="block truncate font-medium hover:underline" title={name}>
        {companyName(name)}
      </a>
      <span className="block truncate font-mono text-xs text-faint">{uen}</span>
    </>
  );
}

const BAR: Record<string, string> = { good: "bg-good-mark", fair: "bg-fair-mark", plain: "bg-strong" };

export function ScoreCell({ score, bucket }: { score: number | null; bucket: string | null }) {
  if (score === null || bucket === null) return <span className="text-faint">not scored yet</span>;
  return (
    <span className="flex items-center gap-2">
      <span className="font-semibold tabular-nums">{scoreText(score)}</span>
      <span className="h-1.5 w-14 overflow-hidden rounded-full bg-sunken" aria-hidden>
        <span className={classes("block h-full rounded-full", BAR[TONE_OF_BUCKET[bucket] ?? "plain"])} style={{ width: `${score * 100}%` }} />
      </span>
      <span className="text-xs text-faint">{bucket}</span>
    </span>
  );
}

export function SiteCell({ domain }: { domain: string | null }) {
  const address = webAddress(domain);
  if (!address) return <span className="text-faint">none known</span>;
  return (
    <a href={address} target="_blank" rel="noreferrer" className="block truncate text-accent hover:underline">
      {domain}
    </a>
  );
}
