"""Each law of the architecture, its test, and a variant of the product that breaks it on purpose."""
