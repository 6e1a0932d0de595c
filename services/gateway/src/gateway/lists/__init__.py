"""Lists of a tenant's candidates and leads: filtered, sorted, read page by page, and kept by a task."""
