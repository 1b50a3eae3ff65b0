"""What can go wrong with an expression.

ValueError
CompileError            it is not well-formed or not well-typed
Exception
EvaluationError         it has no value; `||`, `&&` and macros can make up for it
CostExceededError       it costs more than an API server allows
WorkExceededError       judging needs more than this process allows
"""


class CompileError(ValueError):
    """An expression that is not well-formed or not well-typed; the message begins with line and column."""


class EvaluationError(Exception):
    """An expression that has no value for these variables; `||`, `&&` and macros can make up for it."""


class CostExceededError(Exception):
    """The evaluation costs more than an API server allows; nothing makes up for it."""


class WorkExceededError(Exception):
    """All evaluations of a policy together need more than is allowed; nothing makes up for it."""
