"""Words of a text: scripts and spelling brought to one form, and exclusions marked."""
