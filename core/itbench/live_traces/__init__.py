"""Sends trials as OpenTelemetry traces while they run, where the user asks for it."""
