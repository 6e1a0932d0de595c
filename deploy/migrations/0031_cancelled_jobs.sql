-- A job that waits or runs can be cancelled. A tenant's jobs are listed from the newest on.
ALTER TABLE background_jobs
    DROP CONSTRAINT background_jobs_status_check,
    ADD CONSTRAINT background_jobs_status_check CHECK (status IN ('queued', 'running', 'done', 'error', 'cancelled'));
CREATE INDEX background_jobs_newest ON background_jobs (tenant_id, created_at DESC, job_id DESC);
