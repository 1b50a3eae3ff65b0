"""Control 5.7.4: nothing lies in the namespace `default`."""
