"""The Common Expression Language as Kubernetes' API server speaks it: parsed, type-checked, and evaluated with costs.

The language: https://github.com/google/cel-spec/blob/master/doc/langdef.md; Kubernetes' libraries and limits:
https://kubernetes.io/docs/reference/using-api/cel/. No runtime for Python has them: type checking with opaque types,
comparisons across number types, macros of two variables, and costs.
"""
