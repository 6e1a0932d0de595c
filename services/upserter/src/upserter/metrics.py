"""Metrics of the upserter alone: how jobs go on and how they end."""

from prometheus_client import Counter

jobs_ended = Counter(
    "leadgen_upserter_jobs_ended_total", "Jobs that ended, by outcome: done, error, cancelled.", ["outcome"]
)
job_companies = Counter("leadgen_upserter_job_companies_total", "Companies that jobs have saved or passed over.")
#: So that a rate is known from the first job on.
for outcome in ("done", "error", "cancelled"):
    jobs_ended.labels(outcome)
