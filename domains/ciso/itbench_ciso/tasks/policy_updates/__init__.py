"""Tasks of `ciso/policy-updates`: fix an existing set of policies without breaking what it did."""
