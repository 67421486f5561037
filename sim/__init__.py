"""An inference cost and capacity simulator."""
