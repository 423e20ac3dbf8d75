"""What MkDocs calls while it builds: no page of the site fetches anything from elsewhere, and what the theme leaves unnamed has a name for
screen readers."""
import re

from mkdocs.utils import get_relative_url


SHIM = "https://unpkg.com/iframe-worker/shim"


def on_post_template(output, template_name, config):
    return output.replace(SHIM, "worker.js")


def on_post_page(output, page, config):
    output = output.replace(SHIM, get_relative_url("worker.js", page.url))
    output = output.replace('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"')
    fetched = re.findall(r'<(?:script|img|iframe)[^>]* src="https?:[^"]*"|<link[^>]* rel="stylesheet"[^>]* href="https?:[^"]*"', output)
    if fetched:
        raise SystemExit(f"{page.url} fetches something from elsewhere: {fetched[0]}")
    return output
