"""The life of pods on their nodes, and of the nodes: what the kubelet and the container runtime below it do."""
