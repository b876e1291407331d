"""The views of the site's pages, one module a page."""
