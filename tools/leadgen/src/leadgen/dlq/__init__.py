"""`leadgen dlq`: lists dead letters, shows, retries, corrects, drops and exports them."""
