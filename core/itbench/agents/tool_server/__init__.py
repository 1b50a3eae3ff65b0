"""A domain's tools for agents that are programs: one server per trial, two protocols on one socket."""
