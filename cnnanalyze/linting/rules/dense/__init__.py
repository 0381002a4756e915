"""Dense prediction: up-sampling."""
