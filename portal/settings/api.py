"""The API: how often a key may ask, how many keys an organisation may have, how the schema is written."""

from .environment import ENVIRONMENT

API_REQUESTS_PER_MINUTE = ENVIRONMENT.api_requests_per_minute
API_MOST_KEYS = 20  # usable ones of one organisation

# How our endpoints authenticate, parse and answer stands on them: Wagtail's own API in its admin uses the rest.
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partner portal API",
    "DESCRIPTION": "Register deals and follow them. What counts is the time at which the server received a filing.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["core.api.schema.only_keyed"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.complete",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "deal_registration.enums.State",
        "OpportunityTypeEnum": "crm.opportunities.enums.OpportunityType",
    },
}
