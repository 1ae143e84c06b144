"""A package, because a dependency installs one of the same name, which would be found instead."""
