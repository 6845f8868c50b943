"""Market making: earning the spread against inventory risk, with a known optimum."""
