"""Cloud-OpsBench: incidents that other people recorded on a real cluster, with the tools through which agents see them."""
