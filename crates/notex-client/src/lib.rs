//! Typed HTTP client for any server that speaks the NotexAI contract.
