"""A right answer in the formats that people and models write; each must be read as right."""

from __future__ import annotations

__all__ = ["literal_formats", "program_formats"]


def literal_formats(answer: str) -> dict[str, str]:
    """Return a value or a call in several formats."""
    return {
        "plain": answer,
        "leading space": " " + answer,
        "trailing newline": answer + "\n",
        "trailing period": answer + ".",
        "sentence": f"The answer is {answer}",
        "sentence with code": f"The answer is `{answer}`.",
        "label": f"**Answer:** {answer}",
        "bold": f"**{answer}**",
        "code": f"`{answer}`",
        "code fence": f"```\n{answer}\n```",
        "python fence": f"I traced the program.\n\n```python\n{answer}\n```",
        "last line": f"The loop runs three times, and then it ends.\n\n{answer}",
        "after thinking": f"<think>Perhaps the answer is 12345.</think>The answer is {answer}",
    }


def program_formats(source: str) -> dict[str, str]:
    """Return a program in several formats."""
    source = source.rstrip()
    fenced = f"```python\n{source}\n```"
    return {
        "fence": fenced,
        "bare": source,
        "bare with newlines": f"\n\n{source}\n\n",
        "fence without language": f"```\n{source}\n```",
        "short language": f"```py\n{source}\n```",
        "tildes": f"~~~python\n{source}\n~~~",
        "prose around": f"Here is the function:\n\n{fenced}\n\nIt goes through the input once.",
        "prose around bare code": f"Here is the function:\n\n{source}\n\nIt does what is asked.",
        "a draft first": f"My first idea was\n\n```python\nresult = None\n```\n\nbut this is right:\n\n{fenced}",
        "windows lines": fenced.replace("\n", "\r\n"),
        "open fence": f"```python\n{source}\n",
        "another language first": f"```sh\npip list\n```\n\n{fenced}",
        "output after it": f"{fenced}\n\nOutput:\n\n```text\n42\n```",
        "after thinking": f"<think>Shall I loop?</think>\n{fenced}",
        "standard library imported": f"```python\nimport math\nfrom collections import Counter\n\n{source}\n```",
    }
