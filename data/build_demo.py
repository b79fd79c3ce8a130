"""Write the recording of the demo estate: `python data/build_demo.py [--to FILE]`.

The estate is synthetic. It is described in `demo_estate/`, after agents of AWS's public samples; the
same description always gives the same bytes.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from demo_estate import (
    answers_account,
    answers_agents,
    answers_data,
    answers_newer,
    answers_tools,
    answers_trails,
    answers_usage,
)
from demo_estate.lines import Line, Page
from demo_estate.timeline import POINTS

TARGET = Path(__file__).resolve().parent / "demo" / "estate.jsonl"

SECTIONS = (
    answers_account.account,
    answers_account.ceilings,
    answers_agents.answers,
    answers_data.bases,
    answers_data.guardrails,
    answers_account.authority,
    answers_usage.answers,
    answers_data.functions,
    answers_data.buckets,
    answers_data.keys,
    answers_trails.answers,
)


def lines() -> Iterator[Line]:
    """Yield the recording, a point in time after the other."""
    for point in POINTS:
        for place, newer in point.places:
            page = Page(point.at, place, point.controls)
            for section in SECTIONS:
                yield from section(page)
            yield from answers_newer.answers(page, newer)
            yield from answers_tools.answers(page, newer)


def main() -> None:
    """Write the file and say how much is in it."""
    parser = argparse.ArgumentParser(description="Write the recording of the demo estate.")
    parser.add_argument("--to", type=Path, default=TARGET)
    target: Path = parser.parse_args().to
    written = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines()]
    target.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    print(f"{len(written)} lines in {target}")


if __name__ == "__main__":
    main()
