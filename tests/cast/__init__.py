"""The people and places of Denghuo Town that tests, docs and demo share."""
