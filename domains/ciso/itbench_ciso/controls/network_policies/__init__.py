"""Control 5.3.2: namespaces are closed until a policy opens them."""
