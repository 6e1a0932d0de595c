"""Pure rules of scoring: no I/O, no clock, no database."""
