"""What is done for a request: (gateway, request) -> response, without a web framework."""
