"""Ways out that stay ahead of the threat. Pure; the only package that knows networkx and scipy."""
