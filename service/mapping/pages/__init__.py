"""The mappings as pages of Markdown that people read: one for each record kind, one for each table file."""
