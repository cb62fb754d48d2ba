"""`/lapor`: reporting a work accident on a telephone, without an account."""
