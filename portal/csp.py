"""The content security policy: strict on every page of the portal, looser in Wagtail's admin only."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware

from portal.cms.gate import is_admin_path

# Wagtail's admin sets styles and scripts of its own inline; it evaluates none.
ADMIN_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "worker-src": [SELF, "blob:"],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
    "frame-src": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
}


class PolicyMiddleware(CSPMiddleware):
    """Sets the policy of settings.CONTENT_SECURITY_POLICY, but ``ADMIN_POLICY`` under the admin's addresses."""

    def get_policy_parts(self, request, response, report_only: bool = False):
        """Return the parts of the policy for this address."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and is_admin_path(request.path_info):
            parts.config, parts.update, parts.replace, parts.nonce = ADMIN_POLICY, None, None, None
        return parts
