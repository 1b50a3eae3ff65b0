"""OpenAI's two interfaces, which most other providers speak too."""
