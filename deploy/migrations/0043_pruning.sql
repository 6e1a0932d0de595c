-- Deletes a batch of rows that are past keeping; returns how many, 0 when none is left. Called by `leadgen prune` and by
-- the night, for one kind, and for kinds of a tenant's own rows with the tenant set. No service may delete these rows
-- in another way, nor any that are younger than 30 days. Each batch is a transaction: whoever stops can go on later.
CREATE FUNCTION prune(kind text, days int, most int) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before timestamptz := now() - make_interval(days => days);
    runs   uuid[];
    pruned bigint;
BEGIN
    IF days < 30 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'nothing younger than 30 days is deleted';
    END IF;
    CASE kind
    WHEN 'runs' THEN
        runs := ARRAY(SELECT run_id FROM enrichment_runs WHERE tenant_id = tenant() AND ended_at < before
                       ORDER BY ended_at LIMIT most);
        DELETE FROM shortlist_leads WHERE tenant_id = tenant() AND run_id = ANY (runs);
        DELETE FROM run_stage_stats WHERE tenant_id = tenant() AND run_id = ANY (runs);
        DELETE FROM run_companies WHERE tenant_id = tenant() AND run_id = ANY (runs);
        DELETE FROM run_manifests WHERE tenant_id = tenant() AND run_id = ANY (runs);
        DELETE FROM enrichment_runs WHERE tenant_id = tenant() AND run_id = ANY (runs);
    WHEN 'enrichments' THEN
        -- The newest of a company stays: it says when the company is stale.
        DELETE FROM company_enrichment_runs WHERE ctid = ANY (ARRAY(
            SELECT old.ctid FROM company_enrichment_runs old
             WHERE old.tenant_id = tenant() AND old.enriched_at < before
               AND EXISTS (SELECT FROM company_enrichment_runs newer
                            WHERE newer.tenant_id = old.tenant_id AND newer.company_id = old.company_id
                              AND newer.enriched_at > old.enriched_at)
             LIMIT most));
    WHEN 'answers' THEN
        DELETE FROM vendor_answers WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM vendor_answers
             WHERE tenant_id = tenant() AND asking_until < now()
               AND coalesce(answered_at, asking_until) < before LIMIT most));  -- also of calls that had no answer
    WHEN 'verifications' THEN
        DELETE FROM email_verifications WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM email_verifications
             WHERE tenant_id = tenant() AND asking_until < now()
               AND coalesce(verified_at, asking_until) < before LIMIT most));
    WHEN 'facts' THEN
        DELETE FROM company_facts WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM company_facts WHERE found_at < before LIMIT most));
    WHEN 'sites' THEN
        -- Texts of an old visit are there for good: PERSIST_CRAWL_CORPUS. Others are gone after an hour.
        DELETE FROM crawled_sites WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM crawled_sites
             WHERE visited_at < before AND visiting_until < now() AND documents IS NULL LIMIT most));
    WHEN 'chat events' THEN
        DELETE FROM agent_events WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM agent_events WHERE tenant_id = tenant() AND created_at < before LIMIT most));
    WHEN 'refused messages' THEN
        DELETE FROM outbox_refused WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM outbox_refused WHERE refused_at < before LIMIT most));
    WHEN 'dead letter actions' THEN
        DELETE FROM dead_letter_actions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM dead_letter_actions WHERE at < before LIMIT most));
    WHEN 'request rates' THEN
        DELETE FROM request_rates WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM request_rates WHERE due_at < before LIMIT most));
    ELSE
        RAISE invalid_parameter_value USING MESSAGE = format('%s is no kind of rows', kind);
    END CASE;
    GET DIAGNOSTICS pruned = ROW_COUNT;
    RETURN pruned;
END $$;
REVOKE EXECUTE ON FUNCTION prune(text, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune(text, int, int) TO leadgen_nightly;
