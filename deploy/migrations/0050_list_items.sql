-- The items of the lists, ready as JSON: a page reads them instead of making them from three tables, which took most of its
-- time. The gateway writes them (lists/items.py); it makes those that are missing when they are read.
ALTER TABLE listed_companies ADD COLUMN IF NOT EXISTS candidate text, ADD COLUMN IF NOT EXISTS lead text;

-- Of all columns that an item has.
CREATE OR REPLACE TRIGGER list_of_updated AFTER UPDATE ON companies FOR EACH ROW
    WHEN (old.name IS DISTINCT FROM new.name OR old.industry_code IS DISTINCT FROM new.industry_code
          OR old.ssic_version IS DISTINCT FROM new.ssic_version OR old.uen IS DISTINCT FROM new.uen
          OR old.status IS DISTINCT FROM new.status OR old.industry_norm IS DISTINCT FROM new.industry_norm
          OR old.website_domain IS DISTINCT FROM new.website_domain)
    EXECUTE FUNCTION note_company_change();
