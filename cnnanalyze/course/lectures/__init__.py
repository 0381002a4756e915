"""Lectures: every number they print, computed anew, and what made those that do not hold."""
