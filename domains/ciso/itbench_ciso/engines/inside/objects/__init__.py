"""Objects as an API server holds them at validating admission: typed, with defaults, and without empty fields."""
