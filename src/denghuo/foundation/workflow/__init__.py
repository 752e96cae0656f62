"""Processes that people can see: BPMN definitions, running cases, tasks, clocks and conversation."""
