"""Russian dates where Django has the month in the wrong case: "25 ноября" and not "25 Ноябрь"."""

MONTH_DAY_FORMAT = "j E"
