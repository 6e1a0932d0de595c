export function Mark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden>
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path d="M9 22V10M16 22v-7M23 22V7" className="stroke-accent-ink" strokeWidth="3.2" strokeLinecap="round" />
      </svg>
      Leadgen
    </span>
  );
}
