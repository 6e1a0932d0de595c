-- Companies whose enrichment a rep has requested by hand (POST /enrichments): the gateway's memory of what it announced.
-- How far each is stands in the inboxes of the services that handle it, under the event's id.
CREATE TABLE requested_enrichments (
    tenant_id    int NOT NULL REFERENCES tenants,
    request_id   uuid NOT NULL,
    company_id   bigint NOT NULL REFERENCES companies,
    event_id     uuid NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, request_id, company_id)
);
CREATE INDEX requested_enrichments_of_company ON requested_enrichments (tenant_id, company_id, requested_at);
CREATE INDEX requested_enrichments_by_time ON requested_enrichments (tenant_id, requested_at);
CALL keep_tenants_apart('requested_enrichments');
GRANT SELECT, INSERT, DELETE ON requested_enrichments TO leadgen_gateway, leadgen_service;
