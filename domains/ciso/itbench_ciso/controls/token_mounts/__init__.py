"""Control 5.1.6: tokens of service accounts in pods."""
