"""Checks of jobs: their counts add up, and their announcements agree with their rows."""

from leadgen.audit.check import Check

ADDS_UP = Check(
    "job-sums",
    "A job that is done has handled all of its companies; no job has handled more than it has.",
    "The row was changed by hand, or by a bug: queue the request again if companies are missing.",
    """
    SELECT tenant_id, job_id, status, processed, total, error
      FROM audit_jobs
     WHERE NOT (CASE status
                WHEN 'done' THEN processed = total AND ended_at IS NOT NULL AND error IS NULL
                WHEN 'error' THEN error IS NOT NULL AND ended_at IS NOT NULL AND processed <= total
                WHEN 'cancelled' THEN ended_at IS NOT NULL AND processed <= total
                WHEN 'running' THEN started_at IS NOT NULL AND ended_at IS NULL AND processed <= total
                ELSE processed = 0 AND started_at IS NULL END)
     ORDER BY 1, 2
    """,
)

# An id that a job's progress carries begins on the night's date or with the request: up to a day before the job starts.
ANNOUNCED = Check(
    "job-announced",
    "The end of each job was announced, with the numbers that the job ended with.",
    "The announcement was lost; the job itself is complete. A client that waits for it can read GET /jobs/{job_id}.",
    """
    SELECT tenant_id, job_id, status, processed, total
      FROM audit_jobs AS job CROSS JOIN audit_scope AS scope
     WHERE status IN ('done', 'error') AND started_at > scope.since + interval '1 day' AND scope.only_run IS NULL
       AND (services IS NULL OR 'upserter' = ANY(services))
       AND NOT EXISTS (SELECT FROM audit_progress AS progress
                        WHERE progress.tenant_id = job.tenant_id AND progress.job_id = job.job_id
                          AND progress.status = job.status AND progress.processed = job.processed)
     ORDER BY 1, 2
    """,
)

ENDED = Check(
    "job-ended",
    "Each job that was announced as done is done.",
    "The job's row was changed after its end. Compare it with what was announced.",
    """
    SELECT DISTINCT progress.tenant_id, progress.job_id, progress.processed AS announced, job.status, job.processed
      FROM audit_progress AS progress
      JOIN audit_messages AS message USING (event_id)
     CROSS JOIN audit_scope AS scope
      LEFT JOIN audit_jobs AS job ON job.tenant_id = progress.tenant_id AND job.job_id = progress.job_id
     WHERE progress.status = 'done' AND message.at < scope.at - scope.transit
       AND (job.status, job.processed) IS DISTINCT FROM ('done', progress.processed)
     ORDER BY 1, 2
    """,
)

CONTINUED = Check(
    "job-continued",
    "One other job at most continues a job, and only a job that is done is continued.",
    "Two jobs would save the same companies: end one of them by hand.",
    """
    SELECT later.tenant_id, later.continues AS job_id, job.status, string_agg(later.job_id::text, ', ') AS continued_by
      FROM audit_jobs AS later
      LEFT JOIN audit_jobs AS job ON job.tenant_id = later.tenant_id AND job.job_id = later.continues
     WHERE later.continues IS NOT NULL
     GROUP BY later.tenant_id, later.continues, job.status HAVING count(*) > 1 OR job.status IS DISTINCT FROM 'done'
     ORDER BY 1, 2
    """,
)

CHECKS = (ADDS_UP, ANNOUNCED, ENDED, CONTINUED)
