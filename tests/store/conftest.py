from store_worlds import make_world, world, worlds

__all__ = ["make_world", "world", "worlds"]
