"""How IAM decides: documents, conditions, layers, effective permissions, rewriting.

Pure: no I/O beyond the packaged data, no clock. The package itself imports nothing, so that the
root of the error tree stays cheap; `grammar`, `model` and `evaluate` are the way in.
"""
