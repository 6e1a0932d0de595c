"""Faults of the language model's answers, applied on request."""

import json
from typing import Any

from simulator.vendors.fault_injection import Behaviour
from simulator.vendors.language_model.fact_rules import Fact, Facts

_MADE_UP = "Our award-winning products are trusted by thousands of customers around the globe."
_NOBODY = "Imaginary Industries"


def misread(facts: Facts, manner: Behaviour | None) -> Facts:
    """Removes the quotes, or replaces quotes or values by made-up ones, by the fault `manner`."""
    match manner:
        case "no_quotes":
            return {kind: [Fact(fact.value, "") for fact in known] for kind, known in facts.items()}
        case "made_up_quotes":
            return {kind: [Fact(fact.value, _MADE_UP) for fact in known] for kind, known in facts.items()}
        case "made_up_values":
            return {kind: [Fact(_NOBODY, fact.quote) for fact in known] for kind, known in facts.items()}
        case _:
            return facts


def answered(content: Any, manner: Behaviour | None) -> str:
    """Formats the answer's text, with the fault of `manner`."""
    text = json.dumps(content, ensure_ascii=False)
    match manner:
        case "fenced":
            return f"```json\n{text}\n```"
        case "chatty":
            return f"Sure! Here is what I found:\n\n{text}\n\nLet me know if you need anything else."
        case "invalid_json":
            return text[:-1] + ",,"
        case "wrong_types":
            return json.dumps(_of_other_types(content))
        case "empty":
            return ""
        case _:
            return text


def choices_of(text: str, finish: str, manner: Behaviour | None) -> list[dict[str, Any]] | None:
    """Builds the completion's choices: one, unless `manner` is a fault of their number."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    match manner:
        case "no_choices":
            return []
        case "null_choices":
            return None
        case "refusal":
            message |= {"content": None, "refusal": "I'm sorry, I cannot assist with that request."}
        case "content_filter":
            message |= {"content": None}
            finish = "content_filter"
    return [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}]


def _of_other_types(content: Any) -> Any:
    """Swaps the types of all values, so that none fits its schema."""
    if isinstance(content, dict):
        return {name: _of_other_types(each) for name, each in content.items()}
    return [content] if isinstance(content, str | int | None) else "many"
