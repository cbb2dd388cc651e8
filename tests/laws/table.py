"""The twelve laws of docs/architecture.md, each with its tests and the variants that break it."""

from dataclasses import dataclass

__all__ = ["LAWS", "Law"]


@dataclass(frozen=True, slots=True)
class Law:
    """``variants`` are functions of tests/laws/variants.py."""

    number: int
    title: str
    tests: tuple[str, ...]
    variants: tuple[str, ...]


DEMUX = "tests/at/test_demux.py"
COMMAND = "tests/at/test_command.py"

LAWS = (
    Law(1, "Chunk invariance", (f"{DEMUX}::test_law_1_the_cuts_do_not_matter",), ("forgets_unfinished_lines",)),
    Law(
        2,
        "Nothing vanishes",
        (f"{DEMUX}::test_law_2_every_byte_is_in_an_event_or_is_line_framing",),
        ("drops_undeclared_lines",),
    ),
    Law(
        3,
        "Armed before sent",
        ("tests/link/test_channel.py::test_the_command_is_armed_before_it_is_written",),
        ("writes_before_arming",),
    ),
    Law(
        4,
        "Two endings",
        (
            "tests/at/test_exchange.py::test_law_4_ok_alone_is_not_the_end",
            "tests/at/test_exchange.py::test_law_4_two_endings_in_either_order",
        ),
        ("ends_at_ok",),
    ),
    Law(
        5,
        "A late answer never answers another command",
        (
            f"{DEMUX}::test_law_5_what_was_given_up_answers_nothing",
            f"{DEMUX}::test_law_5_a_late_completion_does_not_end_the_next_operation",
        ),
        ("takes_late_completions",),
    ),
    Law(
        6,
        "Payload is not looked at",
        (f"{DEMUX}::test_law_6_counted_payload_is_not_looked_at",),
        ("looks_into_payload",),
    ),
    Law(
        7,
        "The reader never waits for a subscriber",
        ("tests/link/test_bus.py::test_publishing_never_waits_for_a_reader",),
        ("keeps_everything_for_slow_readers",),
    ),
    Law(
        8,
        "Cancellation means abort",
        ("tests/link/test_abort.py::test_at_the_prompt_and_inside_the_entry",),
        ("gives_up_without_a_word",),
    ),
    Law(
        9,
        "Nothing is done twice",
        ("tests/link/test_repeat.py::test_only_repeatable_commands_are_repeated",),
        ("repeats_whatever_failed",),
    ),
    Law(
        10,
        "Secrets stay secret",
        (
            f"{COMMAND}::test_law_10_secrets_are_masked_everywhere_but_on_the_wire",
            "tests/link/test_evidence.py::test_errors_with_evidence_can_be_copied_and_pickled",
        ),
        ("shows_secrets", "saves_secrets"),
    ),
    Law(
        11,
        "No parameter breaks out",
        (
            f"{COMMAND}::test_law_11_no_parameter_breaks_out",
            f"{COMMAND}::test_law_11_whatever_the_text_the_command_is_one_line_or_none",
        ),
        ("lets_quotes_through",),
    ),
    Law(
        12,
        "No scope over a yield",
        ("tests/test_modem.py::test_opened_in_one_task_and_closed_in_another",),
        ("holds_a_scope_over_the_yield",),
    ),
)
