"""Numbers as accounts in Chinese offices write them: 12,345.60. (Django groups Chinese figures by four.)"""

NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
DECIMAL_SEPARATOR = "."
