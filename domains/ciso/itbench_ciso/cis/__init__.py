"""The suite `ciso/cis-kubernetes`: write a script and a policy for one control."""
