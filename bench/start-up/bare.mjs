// @ts-check
// Nothing: what Node itself takes.
