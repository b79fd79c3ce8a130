"""recert: recertification campaigns for the permissions of AI agents on AWS."""

__version__ = "0.1.0"
