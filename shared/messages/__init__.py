"""Telling people: a message leaves with the transaction that has something to tell, and is sent until it arrives."""
