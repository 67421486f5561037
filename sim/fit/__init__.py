"""From an organisation's own logs to a scenario's parameters, and last month as a test of them.

    log = read_log(("spend.csv",), Options())     columns of numbers; never a prompt, never an answer
    findings = fit_all(log)                       one for each thing that is fitted, with its uncertainty
    fragment(findings, ...)                       YAML that a scenario `extends`

A log format is a module of `sim.fit.formats` and a row of `FORMATS`; a thing that is fitted is a module of
`sim.fit.fits` and a row of `FITS`.
"""
