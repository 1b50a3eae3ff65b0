"""What complies with each control, what does not, and the policies that tell the two apart."""
