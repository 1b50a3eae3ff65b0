"""What can go wrong with an expression."""


class CompileError(ValueError):
    """An expression that is not well-formed or not well-typed; the message begins with line and column."""


class EvaluationError(Exception):
    """An expression that has no value for these variables; `||`, `&&` and macros can make up for it."""


class CostExceededError(Exception):
    """The evaluation costs more than an API server allows; nothing makes up for it."""
