"""What monitoring knows of what happened: spans, logs, metrics, rules and alerts; derived, never invented."""
