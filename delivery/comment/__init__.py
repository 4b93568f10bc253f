"""`cartorio comment`: plans where reviewers look: on the pull request, in the job's summary, beside the lines."""
