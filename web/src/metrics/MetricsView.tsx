/** How fast it is: as this browser measured it, and as all of the tenant's clients and jobs did; and what vendors used. */
import { useQuery } from "@tanstack/react-query";
import { Bar, BarChart, CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

import { api, data, type Schemas } from "@/api/client";
import { firstBytes } from "@/chat/sending/firstBytes";
import { compact, count, milliseconds, nightDate, plural, vendorName } from "@/format";
import { Failed, Loading } from "@/ui/states";
import { Card, Heading, Progress } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

const EVERY_MS = 5_000;

export function MetricsView() {
  const figures = useQuery({
    queryKey: ["figures"],
    queryFn: ({ signal }) => data(api.GET("/metrics/summary", { signal })),
    refetchInterval: EVERY_MS,
  });
  const usage = useQuery({
    queryKey: ["usage"],
    queryFn: ({ signal }) => data(api.GET("/usage", { params: { query: { days: 7 } }, signal })),
    refetchInterval: 60_000,
  });
  useTitle("Metrics");
  return (
    <ScrollingView name="Metrics" className="max-w-5xl space-y-5">
      <Heading title="Metrics" note="Your tenant's own figures, renewed every five seconds." />
      {figures.error && !figures.data ? (
        <Failed error={figures.error} again={() => void figures.refetch()} />
      ) : figures.data ? (
        <Figures figures={figures.data} />
      ) : (
        <Loading rows={2} label="The figures are loading" />
      )}
      <ThisBrowser />
      {usage.error && !usage.data ? (
        <Failed error={usage.error} again={() => void usage.refetch()} />
      ) : usage.data ? (
        <UsageCard usage={usage.data} />
      ) : (
        <Loading rows={1} label="The usage is loading" />
      )}
    </ScrollingView>
  );
}

function Figures({ figures }: { figures: Schemas["Figures"] }) {
  const numbers = [
    ["Jobs waiting", count(figures.job_queue_depth)],
    ["Jobs finished", count(figures.jobs_processed_total)],
    ["Leads scored", count(figures.lead_scores_total)],
    ["Companies per minute", figures.rows_per_min === null ? "–" : compact(figures.rows_per_min)],
  ];
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {numbers.map(([name, value]) => (
          <div key={name} className="rounded-xl border bg-surface p-4 shadow-card">
            <dt className="text-[13px] text-faint">{name}</dt>
            <dd className="mt-1 text-2xl font-semibold tracking-tight tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <Percentiles title="First byte of a chat" of={figures.chat_ttfb_ms} none="No client has reported one within the window." />
        <Percentiles title="Time of a job" of={figures.job_ms} none="No job has ended within the window." />
      </div>
    </>
  );
}

function Percentiles({ title, of, none }: { title: string; of: Schemas["Percentiles"]; none: string }) {
  const bars = (["p50", "p95", "p99"] as const).flatMap((name) => (of[name] === null ? [] : [{ name, ms: of[name] }]));
  return (
    <Card className="space-y-3 p-4">
      <h2 className="font-semibold">{title}</h2>
      {bars.length === 0 ? (
        <p className="py-8 text-center text-sm text-faint">{none}</p>
      ) : (
        <>
          <div className="h-36" aria-hidden>
            <ResponsiveContainer>
              <BarChart accessibilityLayer={false} data={bars} layout="vertical" margin={{ left: 0, right: 12, top: 0, bottom: 0 }}>
                <XAxis type="number" hide />
                <YAxis type="category" dataKey="name" width={36} tickLine={false} axisLine={false} tick={{ fill: "var(--faint)", fontSize: 12 }} />
                <Bar dataKey="ms" fill="var(--accent)" radius={6} barSize={16} isAnimationActive={false} />
              </BarChart>
            </ResponsiveContainer>
          </div>
          <dl className="flex gap-5 text-[13px]">
            {bars.map(({ name, ms }) => (
              <div key={name}>
                <dt className="text-xs text-faint">{name}</dt>
                <dd className="font-medium tabular-nums">{milliseconds(ms)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className="text-xs text-faint">
        {plural(of.samples, "sample")} of the last {of.window_s >= 7200 ? plural(Math.round(of.window_s / 3600), "hour") : plural(Math.round(of.window_s / 60), "minute")}
      </p>
    </Card>
  );
}

function ThisBrowser() {
  const points = firstBytes().map(({ text, ms }, index) => ({ index, ms: Math.round(ms), text }));
  return (
    <Card className="space-y-3 p-4">
      <h2 className="font-semibold">First byte, as this browser measured it</h2>
      {points.length === 0 ? (
        <p className="py-6 text-center text-sm text-faint">Send a message in the chat; its first byte is measured here.</p>
      ) : (
        <div className="h-40" role="img" aria-label={`The latest ${points.length} messages; the last took ${milliseconds(points.at(-1)?.ms ?? 0)}`}>
          <ResponsiveContainer>
            <LineChart accessibilityLayer={false} data={points} margin={{ left: 0, right: 8, top: 8, bottom: 0 }}>
              <CartesianGrid stroke="var(--line)" vertical={false} />
              <XAxis dataKey="index" hide />
              <YAxis unit=" ms" width={64} tickLine={false} axisLine={false} tick={{ fill: "var(--faint)", fontSize: 12 }} />
              <Tooltip
                formatter={(ms) => [`${String(ms)} ms`, "first byte"]}
                labelFormatter={(index) => points[Number(index)]?.text ?? ""}
                contentStyle={{ background: "var(--raised)", border: "1px solid var(--line)", borderRadius: 10 }}
              />
              <Line dataKey="ms" stroke="var(--accent)" strokeWidth={2} dot={{ r: 3 }} isAnimationActive={false} />
            </LineChart>
          </ResponsiveContainer>
        </div>
      )}
    </Card>
  );
}

function UsageCard({ usage }: { usage: Schemas["Usage"] }) {
  const today = usage.days.at(0);
  return (
    <Card className="space-y-3 p-4">
      <h2 className="font-semibold">Vendors, against their caps</h2>
      {!today || today.vendors.length === 0 ? (
        <p className="text-sm text-faint">Nothing was used in the last seven days.</p>
      ) : (
        <>
          <p className="text-xs text-faint">{nightDate(today.day)}, by Singapore's date</p>
          <ul className="space-y-3">
            {today.vendors.map((it) => (
              <li key={it.vendor} className="grid grid-cols-[6rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 sm:grid-cols-[7rem_minmax(0,1fr)_12rem]">
                <span className="text-sm font-medium">{vendorName(it.vendor)}</span>
                <Progress value={it.used} most={it.cap} label={`${it.vendor}: ${it.unit} used of the cap`} />
                <span className="text-[13px] text-faint tabular-nums max-sm:col-start-2 sm:text-right">
                  {count(it.used)} of {count(it.cap)} {it.unit}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}
