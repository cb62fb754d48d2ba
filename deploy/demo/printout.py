"""How the timelines look on a terminal."""

from typing import Any

from deploy.demo.claim_card import claim_card
from deploy.demo.story import Line, Story

_WHO_WIDTH = 16
_WHAT_WIDTH = 58


def print_story(story: Story, problem: str | None) -> None:
    print(f"\n{story.title}")
    print(f"   claim {story.case_number or '(none)'}")
    for line in story.lines:
        print(_formatted(line))
    if story.case_number is not None:
        _print_card(story.verifier.claim(story.case_number))
    if problem is not None:
        print(f"   FAILED  {problem}")


def _print_card(claim: dict[str, Any]) -> None:
    """The claim as it stands at the end; a label is said once for the lines that follow it."""
    said = None
    for label, text in claim_card(claim):
        print(f"             {label if label != said else '':<{_WHO_WIDTH}} {text}")
        said = label


def print_urls(status: dict[str, Any]) -> None:
    """Where the running hub can be looked at."""
    print("\nThe hub is running; each service describes itself under /docs:")
    for name, service in status["services"].items():
        print(f"   {name:<17} {service['url']}/docs")
    print(f"   {'Kafka':<17} {status['kafka']} (topics jkk.*)")
    urls = {name: service["url"] for name, service in status["services"].items()}
    print("Pages for people:")
    print(
        f"   {'verifiers':<17} {urls['verification']}/console, after ./simpul console-login --role verifier --name Dewi"
    )
    print(f"   {'workers':<17} {urls['verification']}/status with a tracking code; {urls['intake']}/lapor without any")
    print("Times are from the sending of a request to its appearance on the claim stream or at the receiver.")


def _formatted(line: Line) -> str:
    took = f"{line.milliseconds:7.0f} ms" if line.milliseconds is not None else " " * 10
    text = f"   {line.at:%H:%M:%S}  {line.who:<{_WHO_WIDTH}} {line.what:<{_WHAT_WIDTH}} {took}"
    return f"{text}  {line.state}".rstrip()
