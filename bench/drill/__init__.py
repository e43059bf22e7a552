"""The failure drill (``make drill``): a whole installation on loopback, people at work, and one part after the other killed.

PostgreSQL is a primary and a synchronous replica run by Patroni with etcd; in front of them stand Redis, two web nodes, two
workers and nginx. What counts is what people saw: no comment that was acknowledged is lost, no page shows what was removed before
it was asked for.
"""
