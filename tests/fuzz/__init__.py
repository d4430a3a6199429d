"""Fuzzing of what reads bytes that an attacker wrote."""
