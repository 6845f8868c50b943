"""Views of an environment: other observations, actions or rewards over the same tasks."""
