"""Published SRE datasets: their index, their truths, their tasks, and the results that others published for them."""
