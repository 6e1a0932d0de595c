"""HTTP of every service: limits, security headers, health, and Retry-After."""
