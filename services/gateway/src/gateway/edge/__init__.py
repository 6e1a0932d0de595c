"""HTTP besides the routes: the documentation page, errors' Allow headers, other origins, and overload."""
