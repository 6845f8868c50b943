"""Dialogue: customers who want something, a database, tools and a policy, and a judge of what was done."""
