"""Changes of an existing supply: suspend, reduce, move, rename, split, close and the others."""
