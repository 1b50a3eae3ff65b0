"""What runs inside containers and between them: processes, calls, queues, pools, the network."""
