"""The portal owns no business model. Django tells only apps with this module that a migration has ended."""
