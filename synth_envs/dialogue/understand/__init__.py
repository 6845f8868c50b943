"""What an agent's messages mean: calls, words, and the acts that words do."""
