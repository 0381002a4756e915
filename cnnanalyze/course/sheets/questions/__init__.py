"""Questions: what a homework sheet can ask, each topic with its own rules; one file each."""
