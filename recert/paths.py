"""Where recert keeps its files, by the platform's conventions."""

from pathlib import Path

import platformdirs

_APP = "recert"


def data_dir() -> Path:
    """Return the folder of stores and keys; it need not exist yet."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def config_dir() -> Path:
    """Return the folder of the user's `recert.toml`; it need not exist yet."""
    return platformdirs.user_config_path(_APP, appauthor=False)


def state_dir() -> Path:
    """Return the folder of logs and of where a review was left; it need not exist yet."""
    return platformdirs.user_state_path(_APP, appauthor=False)


def default_store() -> str:
    """Return the store where none is named: `recert.db` in the data folder."""
    return str(data_dir() / "recert.db")


def demo_store() -> Path:
    """Return the path of the demo's own store."""
    return data_dir() / "demo" / "recert-demo.db"


def ensure_private_dir(path: Path) -> Path:
    """Create a folder that only the user can enter and return it; an existing one is left alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
