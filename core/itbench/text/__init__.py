"""What is done to text before anybody reads it: secrets, control characters and excess taken out."""
