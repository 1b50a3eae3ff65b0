"""What a program or a notebook does with runs: start, resume and score them, read them, and make data frames of them."""
