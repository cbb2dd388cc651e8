"""What the module families speak, declared: classes with fields, enums and constants, no function bodies."""
