"""What charts there are: a file for each page, which declares its charts in reading order."""
