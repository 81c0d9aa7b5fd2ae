"""The FHIR gateway of a clinic for ketamine-assisted psychotherapy; `service.cli` and `service.wsgi` are its front doors."""
