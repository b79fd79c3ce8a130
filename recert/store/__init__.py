"""What is kept: the ledger, the tables derived from it, and the one file that holds both."""
