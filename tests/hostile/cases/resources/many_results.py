# Two dozen cells that each end with a result, or an error, of six megabytes.
# earns: 0
# %% after setup
"x" * 6_000_000
# %% after setup
raise ValueError("x" * 2_500_000)
# %% after setup
"x" * 6_000_000
# %% after setup
raise ValueError("x" * 2_500_000)
# %% after setup
"x" * 6_000_000
# %% after setup
raise ValueError("x" * 2_500_000)
