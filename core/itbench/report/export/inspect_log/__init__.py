"""Runs as logs of Inspect AI: a ZIP file of JSON for each run, which `inspect view` opens.

The format is version 2 of that program's, written here and not by that program: it streams, trial by trial, asks for nothing to be
installed, and has only fields that its readers have long had or pass over where they do not know them.
"""
