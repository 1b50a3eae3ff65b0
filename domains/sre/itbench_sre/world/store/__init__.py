"""Where the objects of the cluster are: the only place, as the JSON that the API would return."""
