"""HTTP besides the routes: the documentation page, errors' Allow headers, and other origins."""
