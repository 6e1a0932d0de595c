"""Metrics of the upserter only: progress and outcome of jobs."""

from prometheus_client import Counter

jobs_ended = Counter(
    "leadgen_upserter_jobs_ended_total", "Jobs that ended, by outcome: done, error, cancelled.", ["outcome"]
)
job_companies = Counter("leadgen_upserter_job_companies_total", "Companies that jobs have saved or skipped.")
for outcome in ("done", "error", "cancelled"):  # from 0 on, so that the first of them shows
    jobs_ended.labels(outcome)
