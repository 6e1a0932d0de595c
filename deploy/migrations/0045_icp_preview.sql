-- The gateway counts the register's matches of an ICP while it is being edited (POST /icp/preview): those columns alone.
GRANT SELECT (is_live, ssic_version, primary_ssic_code, secondary_ssic_code, registration_incorporation_date, postal_code)
    ON staging_acra_companies TO leadgen_gateway;
GRANT EXECUTE ON FUNCTION postal_code(text) TO leadgen_gateway;
