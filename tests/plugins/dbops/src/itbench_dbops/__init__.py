"""A domain that acts: repair a PostgreSQL database, and the cause of what is wrong with it.

The way of a trial: `suite` draws names (`names`), documents (`books`) and a fault (`faults`); `environment` plants them (`planting`) into a
server of the trial's own (`postgres`); when the agent has stopped, what it left is moved to a fresh server (`moving`) and
looked at there (`looking`); `scorer` compares that with the truth.
"""
