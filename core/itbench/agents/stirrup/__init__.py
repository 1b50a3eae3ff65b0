"""The agent `stirrup`: the harness of Artificial Analysis, at work in our workspace with our models.

Needs the package `stirrup` and Python 3.12; nothing here but `spec` and `installed` can be imported without.
"""
