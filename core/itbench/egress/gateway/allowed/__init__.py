"""What a program may ask a model for: each interface's allow-list of fields, tools, contents and names."""
