"""The operator's commands: check, resync, dry run and audit of the tenants' Odoos."""
