"""The law as data: effective-dated rule sets, document table, clocks, codes and calendar, with pure evaluators.

Values live in `data/*.yaml`, each with its article and how sure we are of it (`certain` or `uncertain`);
nothing here reads a clock, a database or the network.
"""
