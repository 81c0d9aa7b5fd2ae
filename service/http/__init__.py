"""The gateway over HTTP; the only place that imports flask."""
