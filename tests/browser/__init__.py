"""Tests and pictures that need a real browser."""
