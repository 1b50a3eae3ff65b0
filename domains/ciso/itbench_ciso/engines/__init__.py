"""Policies are judged in a process of their own, inside a sandbox, by engines written in C++."""
