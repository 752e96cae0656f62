"""Settings for the tests: fast hashing, plain static files, and the database named by DENGHUO_DATABASE_URL or memory."""

import os
import tempfile

os.environ.setdefault("DENGHUO_HOME", tempfile.mkdtemp(prefix="denghuo-test-"))
os.environ.setdefault("DENGHUO_SECRET_KEY", "only-for-tests")
os.environ["DENGHUO_PAY"] = "off"
os.environ.setdefault("DENGHUO_DATABASE_URL", "sqlite:///:memory:")

from denghuo.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
LOGGING = {"version": 1, "disable_existing_loggers": False}
