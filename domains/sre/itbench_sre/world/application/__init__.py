"""Applications: what they deploy, what their programs do, and how people use them."""
