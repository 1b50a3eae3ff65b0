"""What runs inside the sandbox: it imports the standard library, one engine, and nothing else of ours."""
