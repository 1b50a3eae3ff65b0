"""The suite `ciso/policy-updates`: mend an existing set of policies without breaking what it did."""
