"""Deploys taskpools. `uv run deploy.py` shows the whole life of inference requests on a chain in process."""

from scripts.system import System, deploy

__all__ = ["System", "deploy"]
