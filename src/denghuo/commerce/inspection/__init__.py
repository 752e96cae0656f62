"""Plans, findings and rectification; breach of use and theft."""
