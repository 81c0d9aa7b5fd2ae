"""Every diagnostic, one function each.

KAP0xx form, 1xx names, 2xx FHIR, 3xx reversibility, 4xx records, 5xx resources, 6xx input, 7xx instruments.
"""
