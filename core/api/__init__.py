"""The API root: keys, authentication, throttles, errors as problem JSON, idempotency, the schema and its page.

A mechanism without business: the addresses of an app stand in that app's ``api`` package.
"""
