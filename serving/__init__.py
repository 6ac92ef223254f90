"""One use case, `Assessor.assess`, behind every door: command line, REST and page."""
