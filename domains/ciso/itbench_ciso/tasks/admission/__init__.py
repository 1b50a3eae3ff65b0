"""Tasks of `ciso/admission`: write an admission policy for one control."""
