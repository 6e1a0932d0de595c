"""Lists of a tenant's candidates and leads: filtered, sorted, read by pages, and kept up to date by a task."""
