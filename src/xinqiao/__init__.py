"""心桥 Xinqiao: a mental-health plan goes in, and work that can be proved comes out."""

__version__ = "0.1.0"
