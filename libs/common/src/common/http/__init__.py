"""HTTP in every service: limits, security headers, health checks, and Retry-After."""
