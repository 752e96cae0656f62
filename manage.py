#!/usr/bin/env python
"""Django's own command line, for developers; people who run Denghuo use ``denghuo``."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
