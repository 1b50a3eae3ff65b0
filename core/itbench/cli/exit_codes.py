"""Exit codes that no error of ours carries."""

INTERRUPTED = 130
READER_ENDED = 141
