"""The faces of a study: one formatter, one summary, many pages."""
