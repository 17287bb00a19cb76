//! A language model by the Anthropic Messages API, over the HTTP port, for those without Bedrock.
