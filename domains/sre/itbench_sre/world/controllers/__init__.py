"""What acts on the objects of the cluster by itself: one module a controller, and the events that they all write."""
