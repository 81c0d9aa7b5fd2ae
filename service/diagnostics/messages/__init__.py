"""Every diagnostic by its code, one function each: KAP0xx YAML, 1xx names, 2xx types, 3xx reversibility, 4xx records, 5xx resources."""
