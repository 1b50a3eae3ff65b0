"""The words in which providers say that a conversation does not fit the model's window.

The texts are those that providers and servers send, as found in their sources, documents and in reports of users
in 2024 to 2026; none of them has one code for all models.
"""

import re
from collections.abc import Mapping

# By who says so; many say it as OpenAI does.
TEXTS: Mapping[str, str] = {
    "OpenAI, DeepSeek, OpenRouter, Together, vLLM": r"maximum context length",
    "OpenAI": r"exceeds the context window|input tokens exceed the configured limit",
    "OpenAI, Groq, Cerebras": r"reduce the length of (the|your) (messages|prompt|input)",
    "Anthropic": r"prompt is too long|exceeds? context limit|request exceeds the maximum size",
    "Google": r"input token count .{0,40}exceeds the maximum|exceeds the maximum number of (input )?tokens",
    "Amazon Bedrock": r"input is too long for requested model|too many input tokens",
    "xAI": r"maximum prompt length is",
    "Moonshot": r"exceeded model token limit|model max length exceeded",
    "Qwen": r"range of input length should be",
    "Mistral": r"too large for model with \d+ maximum context|prompt contains \d+ tokens.{0,60}exceed",
    "Zhipu": r"prompt exceeds max length",
    "MiniMax": r"context window exceeds limit",
    "Volcano Engine": r"input length \d+ exceeds the maximum length",
    "Cohere": r"(total )?number of tokens in the prompt cannot exceed|too many tokens: (size|total)",
    "Fireworks, Ollama": r"prompt (is )?too long",
    "GitHub Copilot": r"prompt token count of \d+ exceeds the limit",
    "watsonx": r"number of input tokens \d+ cannot exceed",
    "llama.cpp": r"exceeds? the available context size|context size exceeded|exceed context window of",
    "LM Studio": r"greater than the context length|when context the overflows|context overflow",
    "Ollama": r"(input|prompt).{0,20} exceed(s|ed)? (the |max |maximum )*context length",
    "Text Generation Inference": r"`?inputs`? tokens \+ `?max_new_tokens`? must be|`inputs` must have less than",
    "vLLM": r"longer than the maximum model length|exceeds? the (model's )?max(imum)?[_ ]model[_ ]len"
    r"|max_tokens must be at least 1, got -",
    "SGLang": r"longer than the model's context length|exceeds the model's (maximum )?context length",
    "TensorRT-LLM": r"prompt length .{0,40}exceeds? (the )?max(imum)? input length|exceeds? max_input_len",
    # For servers that are not in this table: the input, and that it is too much, close to each other.
    "others": r"\b(context|prompt|conversation|input tokens|token count|sequence length)\b"
    r".{0,40}\b(too long|too large|exceed|overflow)|exceed\w{0,5} .{0,20}(context|prompt) (length|size|window|limit)",
}
# Codes and types of errors.
CODES = frozenset(
    {
        "context_length_exceeded",
        "context_window_exceeded",
        "contextwindowexceedederror",
        "exceed_context_size_error",
        "model_context_window_exceeded",
        "request_too_large",
        "1261",
    }
)
# Limits of something else: of tokens within a time, of money, or of what one reply may hold.
_OTHER_LIMITS = re.compile(
    r"per[ -](second|minute|min|hour|day|month)\b|\b[rt]p[mdh]\b|rate.?limit|quota|please wait|try again (in|later)"
    r"|(max_tokens|max_completion_tokens|max_output_tokens)\W.{0,20}(must be (less|at most|<)|is too large.{0,60}supports at most)",
    re.IGNORECASE | re.DOTALL,
)
_TOO_LONG = re.compile("|".join(f"(?:{text})" for text in TEXTS.values()), re.IGNORECASE | re.DOTALL)


def says_too_long(message: str) -> bool:
    """Whether an error message says that the conversation does not fit the model's window."""
    return _TOO_LONG.search(message) is not None and _OTHER_LIMITS.search(message) is None
