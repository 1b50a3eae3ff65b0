"""Trials as OpenTelemetry spans, by the semantic conventions for generative AI: one trace a trial."""
