"""The same pages as files, which any web server serves, and which open from a disk."""
