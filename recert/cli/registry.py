"""Which commands exist and where they live, so that `--help` imports none of them.

Each entry: name → (module, attribute, one line of help). The line is the first sentence of the
command's docstring; a test holds the two together.
"""

_PACKAGE = "recert.cli.commands"

COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": (f"{_PACKAGE}.demo", "demo", "Open the embedded, synthetic estate."),
    "init": (f"{_PACKAGE}.init", "init", "Set up recert on a real account."),
    "sync": (
        f"{_PACKAGE}.sync",
        "sync",
        "Read the estate, record what changed, open campaigns for it.",
    ),
    "record": (
        f"{_PACKAGE}.record",
        "record",
        "Write what AWS answers, redacted, for `sync --from`.",
    ),
    "agents": (f"{_PACKAGE}.agents", "agents", "List the agents of the last reading."),
    "agent": (f"{_PACKAGE}.agents", "agent", "Show one agent, or state its owner and purpose."),
    "permissions": (
        f"{_PACKAGE}.agents",
        "permissions",
        "List the grants of an agent with their effective actions.",
    ),
    "explain": (
        f"{_PACKAGE}.analysis",
        "explain",
        "Explain whether an agent may do something, layer by layer.",
    ),
    "reach": (
        f"{_PACKAGE}.analysis",
        "reach",
        "Show what an agent can touch, and its blast radius.",
    ),
    "who-can": (
        f"{_PACKAGE}.analysis",
        "who_can",
        "List which roles, and which agents through them, can do something.",
    ),
    "findings": (f"{_PACKAGE}.analysis", "findings", "List risks, the gravest first."),
    "propose": (
        f"{_PACKAGE}.propose",
        "propose",
        "Propose ceilings for an agent's roles from what was attested and signed.",
    ),
    "events": (f"{_PACKAGE}.agents", "events", "List lifecycle events, the latest first."),
    "campaigns": (
        f"{_PACKAGE}.reviews",
        "campaigns",
        "List the campaigns, the most urgent first.",
    ),
    "campaign": (
        f"{_PACKAGE}.campaign",
        "campaign",
        "Open, show, launch, close or cancel a campaign.",
    ),
    "items": (f"{_PACKAGE}.reviews", "items", "List what a campaign asks, in review order."),
    "decide": (f"{_PACKAGE}.decide", "decide", "Decide items whose reviewer you are."),
    "rescind": (
        f"{_PACKAGE}.decide",
        "rescind",
        "Take signed decisions back: you ask for it, a second person confirms it.",
    ),
    "undo": (f"{_PACKAGE}.decide", "undo", "Take back your last decision that is not signed."),
    "sign": (f"{_PACKAGE}.reviews", "sign", "Sign your decided items; the others stay open."),
    "hand-off": (
        f"{_PACKAGE}.hand_off",
        "hand_off",
        "Write a reviewer's items into a file that their own recert opens.",
    ),
    "return": (
        f"{_PACKAGE}.hand_off",
        "take_back",
        "Take in what a reviewer decided and signed in such a file.",
    ),
    "remediate": (
        f"{_PACKAGE}.remediate",
        "remediate",
        "Carry signed revocations out, prove them, or take them back.",
    ),
    "quarantine": (
        f"{_PACKAGE}.remediate",
        "quarantine",
        "Stop an agent: deny everything to its roles, until it is lifted.",
    ),
    "export": (f"{_PACKAGE}.packs", "export", "Write the evidence pack of a campaign."),
    "anchor": (
        f"{_PACKAGE}.anchor",
        "anchor",
        "Note the head of the ledger outside the store.",
    ),
    "verify": (f"{_PACKAGE}.packs", "verify", "Check a pack or a store, without a network."),
    "gate": (
        f"{_PACKAGE}.gate",
        "gate",
        "Exit 0 only when an agent is certified as it is now.",
    ),
    "watch": (
        f"{_PACKAGE}.watch",
        "watch",
        "Act on lifecycle events from SQS as they happen.",
    ),
    "simulate": (
        f"{_PACKAGE}.simulate",
        "simulate",
        "Answer policy simulations, JSON Lines in and out.",
    ),
    "people": (
        f"{_PACKAGE}.people",
        "people",
        "Keep the persons that recert knows, and their keys.",
    ),
    "whoami": (
        f"{_PACKAGE}.settings",
        "whoami",
        "Tell who you are here, and how strongly that is known.",
    ),
    "config": (
        f"{_PACKAGE}.settings",
        "config",
        "Show the settings of this run, and keep those of the ledger.",
    ),
    "doctor": (
        f"{_PACKAGE}.doctor",
        "doctor",
        "Tell what is in order, what is missing and what that hides.",
    ),
    "db": (f"{_PACKAGE}.db", "db", "Look after the store."),
}
