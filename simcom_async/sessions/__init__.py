"""A claimed service and its verbs: network, HTTP, and those to come. Each takes the first flow its dialect carries."""
