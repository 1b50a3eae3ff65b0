"""What anybody sees of an incident without understanding it, for `itbench audit`."""
