"""Runs in the format of every-eval-ever, which collects results of all benchmarks: an aggregate, and one line a trial.

https://github.com/evaleval/every_eval_ever; its schemas and its command `every_eval_ever validate` say what is valid.
"""
