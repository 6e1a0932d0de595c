"""The register of companies: files of it, its industries, and jobs that search it."""
