"""Options, exit codes, printing and phrases that the subcommands share."""
