"""LC: what the lectures teach."""
