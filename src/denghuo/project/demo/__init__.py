"""Denghuo Town (灯火镇): a synthetic utility with a real shape, the same at every build.

Everything here is invented: people, addresses, numbers. The same seed gives the same town. A small named cast with
planted faults is made through the ordinary operations; the anonymous crowd is written in bulk.
"""
