"""Django's PostgreSQL, with a pool that gets over a server that cut its connections."""
