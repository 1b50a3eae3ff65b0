"""Control 5.2.6: processes that gain more privileges than their parent."""
