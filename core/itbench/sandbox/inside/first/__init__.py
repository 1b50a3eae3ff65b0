"""Process 1 of a sandbox: starts programs, keeps them within limits, and ends all that is left of them.

It runs inside, on its own, under the sandbox's Python, and imports nothing of ours and only what starts fast. With `plain` it
runs outside, for sessions without a sandbox: there it is not process 1, but inherits the orphans of what it started.
The other end of the socket is `itbench.sandbox.inside.process`; the messages are documented there.
"""
