"""The staff's admin: Wagtail's, with what administrators keep beside pages. Every change goes through a service."""
