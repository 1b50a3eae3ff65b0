"""Trials as trajectories in ATIF, the format of agents' trajectories that Harbor defines and reads.

https://github.com/harbor-framework/harbor, RFC 0001; the models of the package `harbor` say what is valid.
"""
