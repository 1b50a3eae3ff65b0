"""Tasks of `ciso/cis-kubernetes`: write a script and a policy for one control."""
