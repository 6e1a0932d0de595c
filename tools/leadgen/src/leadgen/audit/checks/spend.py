"""Checks of spending: the units charged for enrichments equal the units that the budgets counted."""

from leadgen.audit.check import Check

COUNTED = Check(
    "spend-counted",
    "Each unit that an enrichment was charged is counted in vendor_usage.",
    "The cap does not hold: add the missing units to vendor_usage of this tenant, and report it as a bug.",
    """
    SELECT tenant_id, vendor, units AS charged, coalesce(used, 0) AS counted
      FROM audit_spent LEFT JOIN audit_usage USING (tenant_id, vendor)
     WHERE units > coalesce(used, 0)
     ORDER BY 1, 2
    """,
)

#: Units that one attempt at a company may at most lose, by vendor. Generous: several times what an attempt ever asks
#: for. A vendor that is not listed may lose nothing.
MOST_PER_ATTEMPT = {"tavily": 30, "openai": 60_000, "lusha": 30, "zerobounce": 30}

OVER_COUNTED = f"""
    SELECT tenant_id, vendor, coalesce(spent.units, 0) AS charged, used AS counted, lost.attempts AS lost_attempts,
           used - coalesce(spent.units, 0) <= lost.attempts * coalesce(most.units, 0) AS is_waived
      FROM audit_usage AS usage LEFT JOIN audit_spent AS spent USING (tenant_id, vendor)
      LEFT JOIN (VALUES {", ".join(map(str, MOST_PER_ATTEMPT.items()))}) AS most (vendor, units) USING (vendor)
     CROSS JOIN audit_scope AS scope
     CROSS JOIN LATERAL (SELECT coalesce(sum(greatest(attempts - (state = 'done')::int, 1)), 0)::bigint AS attempts
                           FROM audit_inbox AS taken
                          WHERE taken.consumer = 'enricher' AND taken.tenant_id = usage.tenant_id
                            AND (taken.attempts > 1 OR taken.state <> 'done')) AS lost
     WHERE used > coalesce(spent.units, 0) AND is_short IS NOT TRUE AND scope.only_run IS NULL
       AND (services IS NULL OR 'enricher' = ANY(services))
"""

# Units stay counted, and no run has them, where a worker died or failed between a call and the end of its event, and
# where a vendor's answer was lost. (GuardedCalls)
ACCOUNTED = Check(
    "spend-accounted",
    "Each unit counted in vendor_usage was charged to an enrichment, or lost by a crash or a failed call.",
    "Units are counted that no enrichment had, more than lost attempts explain. Compare with the vendor's own account "
    "of the day.",
    f"""
    SELECT tenant_id, vendor, charged, counted, lost_attempts FROM ({OVER_COUNTED}) AS over_counted
     WHERE NOT is_waived ORDER BY 1, 2
    """,
)

#: Units that attempts without a result may have spent: no exception, but to be looked at if they are many.
WAIVED = f"""
    SELECT tenant_id, vendor, charged, counted, lost_attempts FROM ({OVER_COUNTED}) AS over_counted
     WHERE is_waived ORDER BY 1, 2
"""

CHECKS = (COUNTED, ACCOUNTED)
