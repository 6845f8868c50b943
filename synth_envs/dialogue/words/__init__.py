"""What the customer, the agent and the policy say in words."""
