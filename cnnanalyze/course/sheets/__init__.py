"""Sheets: homework as a teacher writes it, and every question of it worked out."""
