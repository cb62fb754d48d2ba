"""Webhooks for partners: subscriptions, signed messages in order, retries for days. The words are the service's own.

A service declares the two tables (`tables`), says what a message's bytes are (`engine.MessageBodies`) and which
messages an endpoint may have missed (`subscriptions.Missed`), and puts new ones in line (`store.enqueue`).
"""
