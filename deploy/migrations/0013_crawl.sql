-- What a visit to a site found is public: it is kept per domain and serves every tenant while it is fresh.
CREATE TABLE crawled_sites (
    domain         text PRIMARY KEY,               -- the host name of its homepage, as it was asked for
    outcome        text,                           -- NULL until a first visit has ended
    url            text,                           -- where the homepage was in the end
    visited_at     timestamptz,                    -- when it was read, or said that it had not changed since
    etag           text,
    last_modified  text,
    visit          json,                           -- all that was found, the pages' texts apart; never queried
    documents      bytea,                          -- those, as zlib-compressed JSON: for good with PERSIST_CRAWL_CORPUS, else for an hour
    visitor        uuid,                           -- who is there now, or was last
    visiting_until timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX crawled_sites_with_texts ON crawled_sites (visited_at) WHERE documents IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON crawled_sites TO leadgen_service;
