"""Options, exit codes, printing and words that the subcommands share."""
